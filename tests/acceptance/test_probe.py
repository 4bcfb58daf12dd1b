def test_probe(garage, car):
    garage.configure(delivery={"send": "always"})
    garage.export(car(1), car(2), car(3, email="fout"))
    said = garage.run()
    print(said)
    print(garage.stand(), garage.counts(), garage.effects(), garage.mails())
    print(garage.run())
    print(garage.asked())
    assert 0
