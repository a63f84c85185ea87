"""What user code may try. Each returns a true value when it got through; refused is an error or a false value."""

CTYPES = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"

READS = {
    "the password file": "return open('/etc/passwd').read()",
    "our environment": "return open('/proc/self/environ', 'rb').read()",
    "the environment of the process above": "import os\nreturn open(f'/proc/{os.getppid()}/environ', 'rb').read()",
    "our memory": "return open('/proc/self/mem', 'rb').read(1)",
    "the root folder": "import os\nreturn os.listdir('/')",
    "the processes": "import os\nreturn os.listdir('/proc')",
    "temporary files": "import os\nreturn os.listdir('/tmp')",
    "our own source": "return open(OURS).read()",
    "our packages": "import os\nreturn os.listdir(PACKAGES)",
    "the folder above the scratch folder": "import os\nreturn os.listdir('..')",
    "a file behind a symbolic link": "import os\nos.symlink('/etc/passwd', 'link')\nreturn open('link').read()",
    "a file behind a link to the root": "import os\nos.symlink('/', 'root')\nreturn os.listdir('root/etc')",
    "a file by a hard link": "import os\nos.link('/etc/passwd', 'hard')\nreturn open('hard').read()",
    "a file by climbing": "return open('../' * 30 + 'etc/passwd').read()",
    "a file through the raw call": CTYPES + "return libc.open(b'/etc/passwd', 0) >= 0",
    "a module of ours": "import sim_core.settings\nreturn True",
    "the modules installed beside us": "import msgspec\nreturn True",
}

WRITES = {
    "a file elsewhere": "open('/tmp/breach', 'w')\nreturn True",
    "a file in shared memory": "open('/dev/shm/breach', 'w')\nreturn True",
    "the standard library": "import os, json\nopen(json.__file__, 'a')\nreturn True",
    "beside the scratch folder": "open('../breach', 'w')\nreturn True",
    "the mode of a file": "import os\nos.chmod(OURS, 0o666)\nreturn True",
    "the owner of a file": "import os\nos.chown(OURS, 0, 0)\nreturn True",
    "the times of a file": "import os\nos.utime(OURS)\nreturn True",
    "a file's attributes": "import os\nos.setxattr(OURS, 'user.x', b'1')\nreturn True",
    "a device": "import os\nos.mknod('device', 0o20666, os.makedev(1, 1))\nreturn True",
    "a pipe with a name": "import os\nos.mkfifo('pipe')\nreturn True",
    "a rename to elsewhere": "import os\nopen('x', 'w').close()\nos.rename('x', '/tmp/breach')\nreturn True",
}

NETWORK = {
    "TCP": "import socket\nsocket.socket()\nreturn True",
    "UDP": "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nreturn True",
    "IPv6": "import socket\nsocket.socket(socket.AF_INET6)\nreturn True",
    "netlink": "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\nreturn True",
    "the database's socket": "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect(SOCKET)\nreturn True",
    "a local datagram": (
        "import socket\na, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "a.sendto(b'x', SOCKET + '.d')\nreturn True"
    ),
    "urllib": "import urllib.request\nreturn urllib.request.urlopen('http://127.0.0.1:1/').read()",
    "the other numbers of the calls": CTYPES + "return libc.syscall(0x40000000 + 41, 2, 1, 0) >= 0",
}

PROCESSES = {
    "fork": "import os\npid = os.fork()\nif pid == 0:\n    os._exit(0)\nreturn True",
    "fork by clone": CTYPES
    + "pid = libc.syscall(CLONE, 17, 0, 0, 0, 0)\nif pid == 0:\n    os._exit(0)\nreturn pid > 0",
    "fork by clone3": CTYPES + "return libc.syscall(435, ctypes.create_string_buffer(88), 88) >= 0",
    "vfork": "import subprocess\nreturn subprocess.check_output(['/bin/true']) == b''",
    "exec": "import os\nos.execv('/bin/true', ['true'])",
    "a shell": "import os\nreturn os.system('true') == 0",
    "another process pool": "import multiprocessing\nreturn multiprocessing.Pool(1).map(abs, [-1])",
    "killing the process above": "import os\nos.kill(os.getppid(), 0)\nreturn True",
    "killing everything": "import os\nos.kill(-1, 0)\nreturn True",
    "a signal to a thread elsewhere": CTYPES + "return libc.tgkill(os.getppid(), os.getppid(), 0) == 0",
    "a queued signal": CTYPES + "return libc.sigqueue(os.getppid(), 0, 0) == 0",
    "a signal by a file's owner": (
        "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())\nreturn True"
    ),
    "a signal of one's choice": "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETSIG, 9)\nreturn True",
    "a handle on the process above": "import os\nos.pidfd_open(os.getppid())\nreturn True",
    "ptrace": CTYPES + "return libc.ptrace(16, os.getppid(), 0, 0) == 0",
    "another's memory": CTYPES + "return libc.process_vm_readv(os.getppid(), 0, 0, 0, 0, 0) == 0",
    "another's limits": (
        "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (8, 8))\nreturn True"
    ),
    "another's priority": "import os\nos.setpriority(os.PRIO_PROCESS, os.getppid(), 19)\nreturn True",
    "leaving the session": "import os\nos.setsid()\nreturn True",
    "stopping oneself": "import os\nos.kill(os.getpid(), 19)\nreturn True",
}

PRIVILEGES = {
    "another user": "import os\nos.setuid(0)\nreturn os.getuid() == 0 and os.listdir('/root') is not None",
    "no user": "import os\nos.setresuid(1, 1, 1)\nreturn True",
    "a new user namespace": CTYPES + "return libc.unshare(0x10000000) == 0",
    "a new network": CTYPES + "return libc.unshare(0x40000000) == 0",
    "a mount": CTYPES + "return libc.mount(b'none', b'.', b'tmpfs', 0, 0) == 0",
    "another root": "import os\nos.chroot('.')\nreturn True",
    "capabilities": "return 'CapEff:\\t0000000000000000' not in open('/proc/self/status').read()",
    "a kernel program": CTYPES + "return libc.syscall(BPF, 0, 0, 0) >= 0",
    "the key ring": CTYPES + "return libc.syscall(KEYCTL, 0, -3, 0) >= 0",
    "io_uring": CTYPES + "return libc.syscall(425, 1, ctypes.create_string_buffer(120)) >= 0",
    "memory without a name": "import os\nos.memfd_create('x')\nreturn True",
    "shared memory": CTYPES + "return libc.shmget(0, 4096, 0o1666) >= 0",
    "page-fault handling": CTYPES + "return libc.syscall(USERFAULTFD, 0) >= 0",
    "a terminal's input": "import fcntl\nfcntl.ioctl(0, 0x5412, b'x')\nreturn True",
    "a weaker filter": CTYPES + "return libc.prctl(22, 0, 0, 0, 0) == 0",
    "higher limits": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 45, 1 << 45))\nreturn True",
    "more processor time": "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))\nreturn True",
    "being watched by a debugger": CTYPES + "return libc.prctl(4, 1, 0, 0, 0) == 0",
}

ATTACKS = {
    f"{kind}: {name}": code
    for kind, table in (
        ("read", READS),
        ("write", WRITES),
        ("reach", NETWORK),
        ("process", PROCESSES),
        ("gain", PRIVILEGES),
    )
    for name, code in table.items()
}

HARMLESS = (
    "read: the password file",
    "read: our own source",
    "read: the root folder",
    "read: a file behind a symbolic link",
    "read: a file by climbing",
    "reach: TCP",
    "reach: UDP",
    "process: fork",
    "process: vfork",
    "process: a shell",
    "process: killing the process above",
    "gain: memory without a name",
    "gain: shared memory",
)
"""Attacks that get through where there is no fence, and do no harm: the proof that they are real."""
