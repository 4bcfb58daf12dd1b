"""The sandbox as a Flask application: the contract under its base path, the control side under /sandbox/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.routing import PathConverter

from connector.sandbox.answers import Answer, problem
from connector.sandbox.contract import BASE, Call, Contract
from connector.sandbox.controls import Controls
from connector.sandbox.faults import Fault
from connector.sandbox.wire import SPOILT

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
_NAMES = ("127.0.0.1", "localhost", "[::1]")

_ROOT = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>iGarage-sandbox</title>
<h1>Dit is iGarage niet</h1>
<p>Dit is een <strong>nagebootste</strong> iGarage, om de koppeling mee te proberen.
Er wordt niets verstuurd en er komt niets bij iGarage terecht.</p>
<p>This is a stand-in for a remote system. Nothing leaves this machine.</p>
<ul><li><a href="/sandbox/passports">passports</a><li><a href="/sandbox/mails">mails</a>
<li><a href="/sandbox/changes">changes</a><li><a href="/sandbox/effects">effects</a>
<li><a href="/sandbox/batches">batches</a><li><a href="/sandbox/requests">requests</a>
<li><a href="/sandbox/faults">faults</a></ul></html>
"""


class _Rest(PathConverter):
    """Whatever follows in a path, line ends included: the contract answers it, not Flask."""

    regex = r"[^/][\s\S]*?"


def make_app(contract: Contract, controls: Controls, *, port: Callable[[], int], max_body: int) -> Flask:
    """The application; `port` tells where it listens, for the Host header."""
    app = Flask("connector.sandbox", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's own default provider has it

    @app.before_request
    def only_loopback_names() -> Response | None:
        """A page elsewhere that had its name point at loopback (DNS rebinding) is turned away."""
        if request.headers.get("Host") in {f"{name}:{port()}" for name in _NAMES}:
            return None
        return _response(problem(403, "forbidden", "This Host is not served here."))

    @app.get("/")
    def root() -> str:
        return _ROOT

    app.url_map.converters["rest"] = _Rest

    @app.route(f"{BASE}/<rest:rest>", methods=_METHODS, provide_automatic_options=False)
    def contract_call(rest: str) -> Response:
        answer, strike = contract.perform(_call(f"/{rest}", max_body))
        if strike is not None and strike.fault.on_the_wire:
            request.environ[SPOILT] = (answer, strike)
        return _response(answer)

    app.register_blueprint(_looking(controls))
    app.register_blueprint(_playing(controls))
    return app


def _call(path: str, max_body: int) -> Call:
    too_large = (request.content_length or 0) > max_body
    return Call(
        method=request.method,
        path=path,
        query=request.query_string.decode("latin-1"),
        authorization=request.headers.get("Authorization"),
        key=request.headers.get("Idempotency-Key"),
        content_type=request.headers.get("Content-Type"),
        body=None if too_large else request.get_data(cache=False),
    )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, content_type=answer.content_type)
    for name, value in answer.headers:
        response.headers[name] = value
    if answer.content_type is None:
        response.headers.remove("Content-Type")
    return response


def _looking(controls: Controls) -> Blueprint:
    routes = Blueprint("looking", __name__, url_prefix="/sandbox")

    def listed(name: str, items: list[Any]) -> Response:
        return jsonify({"count": len(items), name: [asdict(item) for item in items]})

    @routes.get("/effects")
    def effects() -> Response:
        garage = request.args.get("garage")
        return jsonify(
            {
                "effects": [asdict(effect) for effect in controls.effects(garage)],
                "passports": [asdict(passport) for passport in controls.passports(garage)],
            }
        )

    @routes.get("/passports")
    def passports() -> Response:
        return listed("passports", controls.passports(request.args.get("garage")))

    @routes.get("/mails")
    def mails() -> Response:
        return listed("mails", controls.mails(request.args.get("garage")))

    @routes.get("/batches")
    def batches() -> Response:
        return listed("batches", controls.batches(request.args.get("garage")))

    @routes.get("/changes")
    def changes() -> Response:
        return listed("changes", controls.changes(request.args.get("garage")))

    @routes.get("/requests")
    def requests() -> Response:
        return listed("requests", controls.requests(request.args.get("garage")))

    @routes.get("/faults")
    def faults() -> Response:
        return jsonify({"faults": controls.faults()})

    @routes.get("/mode")
    def mode() -> Response:
        return jsonify({"mode": controls.mode})

    return routes


def _playing(controls: Controls) -> Blueprint:
    routes = Blueprint("playing", __name__, url_prefix="/sandbox")
    routes.register_error_handler(ValueError, lambda error: _refusal(400, error))
    routes.register_error_handler(LookupError, lambda error: _refusal(404, error))

    @routes.post("/faults")
    def order_fault() -> tuple[Response, int]:
        return jsonify({"id": controls.order_fault(Fault.from_json(_given()))}), 201

    @routes.delete("/faults")
    def clear_faults() -> tuple[str, int]:
        controls.clear_faults()
        return "", 204

    @routes.put("/mode")
    def set_mode() -> tuple[str, int]:
        controls.set_mode(_given("mode")["mode"])
        return "", 204

    @routes.post("/keys/forget")
    def forget_keys() -> tuple[str, int]:
        _given()
        controls.forget_keys()
        return "", 204

    @routes.put("/tokens")
    def set_token() -> tuple[str, int]:
        given = _given("token", "garage")
        token, garage = str(given["token"]), given["garage"]
        if garage is None:
            controls.revoke(token)
        else:
            controls.set_token(token, garage)
        return "", 204

    @routes.put("/addresses")
    def set_address() -> tuple[str, int]:
        given = _given("address", "state")
        if given.get("feed", False):
            _post_office(controls, given)
        else:
            refused = given.get("refused")
            controls.set_address(str(given["address"]), given["state"], given.get("reason"), refused=refused)
        return "", 204

    @routes.post("/batches/run")
    def run_batches() -> tuple[str, int]:
        given = _given()
        controls.run_batches(given.get("garage"), only=given.get("only"))
        return "", 204

    @routes.post("/changes/repeat")
    def repeat_changes() -> tuple[str, int]:
        given = _given()
        controls.repeat_changes(given.get("last"), given.get("garage"))
        return "", 204

    @routes.post("/reception")
    def reception() -> tuple[str, int]:
        given = _given("deed", "plate")
        if given["deed"] == "correct":
            given = _given("deed", "plate", "address", "corrected_to")
            whose = (given["plate"], str(given["address"]), str(given["corrected_to"]))
            controls.correct(*whose, given.get("sent", False), given.get("garage"))
            return "", 204
        deeds = {"activate": controls.activate, "invite": controls.invite, "remove": controls.remove}
        if given["deed"] not in deeds:
            raise ValueError(f"deed must be one of {', '.join(deeds)}, correct")
        deeds[given["deed"]](given["plate"], given.get("garage"))
        return "", 204

    return routes


def _post_office(controls: Controls, given: dict[str, Any]) -> None:
    """A verdict that the feed tells: something bounced, arrived, or was not wanted."""
    address, of = str(given["address"]), (given.get("plate"), given.get("garage"))
    if given["state"] == "invalid":
        controls.bounce(address, given.get("reason"), *of, refused=given.get("refused"))
    elif given["state"] == "ok":
        controls.deliver_ok(address, *of)
    elif given["state"] == "opted_out":
        controls.opt_out(address, *of)
    else:
        raise ValueError("with feed, state must be one of invalid, ok, opted_out")


def _given(*required: str, optional: tuple[str, ...] = ("plate", "garage", "reason")) -> dict[str, Any]:
    """The JSON object of a control call; what is required, and what is optional and given, is text or null.

    Only JSON is read: a form on a strange page cannot send it.
    """
    value = request.get_json() if request.is_json else None
    if not isinstance(value, dict):
        raise ValueError("give a JSON object, as application/json")
    wrong = [name for name in required if not isinstance(value.get(name, 0), str | None)]
    wrong += [name for name in optional if not isinstance(value.get(name), str | None)]
    if wrong:
        raise ValueError(f"missing or no text: {', '.join(wrong)}")
    return value


def _refusal(status: int, error: Exception) -> tuple[Response, int]:
    return jsonify({"error": str(error.args[0]) if error.args else type(error).__name__}), status
