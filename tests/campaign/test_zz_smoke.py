import time, os, json, collections
from .exports import customers
from .traces import *
def test_f12_smoke(case, children):
    garage = case.garage(delivery={"workers":1})
    case.export(garage, customers(range(5)))
    for i in range(3):
        c=children.start("run","--once",held=True)
        s=Strace.on(c, case.folder/f"t{i}", "-e", "trace=pwrite64,pread64,fsync,fdatasync,ftruncate,rename,unlink,sendto,sendmsg,write,openat")
        print(s.wait())
        n=collections.Counter((x.thread-c.pid,x.name) for x in s.calls() if x.begins)
        print(sorted(n.items()))
        if i==0: print("\n".join(l[:150] for l in s.log.read_text().splitlines() if "openat" not in l and "pread" not in l)[-6000:])
        if i==1: case.export(garage, customers(range(5),km="12"))
    c=children.start("run","--once",held=True)
    s=Strace.on(c, case.folder/f"t{i}", *inject("pwrite64","signal=KILL",7))
    print(s.wait(), s.log.read_text()[-500:])
    case.count()
