"""Unit files for systemd: the server, a daily backup and a daily scan with their timers; locked down to the data folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from lianjing.kernel.refusal import BadInput

UNITS = (
    "lianjing.service",
    "lianjing-backup.service",
    "lianjing-backup.timer",
    "lianjing-scan.service",
    "lianjing-scan.timer",
)

HARDENING = """\
User=lianjing
Group=lianjing
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectSystem=strict
ProtectHome=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
Environment=PYTHONDONTWRITEBYTECODE=1 LIANJING_LOG_FORMAT=json
EnvironmentFile=-/etc/lianjing/lianjing.env
"""

SERVER = """\
[Unit]
Description=Lianjing: web server, worker and sequencer
Documentation=https://lianjing.invalid/docs/how-to/operate
After=network-online.target postgresql.service time-sync.target
Wants=network-online.target time-sync.target

[Service]
Type=simple
ExecStartPre=-{program} doctor --data {data} --before-start
ExecStart={program} serve --data {data} --host {host} --port {port}{tls}
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=60
Restart=on-failure
RestartSec=5
ReadWritePaths={data}
LimitNOFILE=65536
{hardening}
[Install]
WantedBy=multi-user.target
"""

BACKUP = """\
[Unit]
Description=Lianjing: backup of database, documents, keys and log

[Service]
Type=oneshot
ExecStart={program} backup {backups} --data {data} --keep 14
ReadWritePaths={data} {backups}
Nice=10
IOSchedulingClass=idle
{hardening}"""

TIMER = """\
[Unit]
Description=Lianjing: daily backup

[Timer]
OnCalendar=*-*-* 01:30:00
RandomizedDelaySec=15min
Persistent=yes

[Install]
WantedBy=timers.target
"""

SCAN = """\
[Unit]
Description=Lianjing: every supervision model over everything

[Service]
Type=oneshot
ExecStart={program} scan --data {data}
ReadWritePaths={data}
Nice=10
IOSchedulingClass=idle
{hardening}"""

SCANS = """\
[Unit]
Description=Lianjing: daily scan

[Timer]
OnCalendar=*-*-* 03:30:00
RandomizedDelaySec=15min
Persistent=yes

[Install]
WantedBy=timers.target
"""


@dataclass(frozen=True, slots=True)
class Site:
    """What the unit files say of this machine."""

    data: Path
    backups: Path
    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None


def write(folder: Path, site: Site) -> list[Path]:
    """Write the unit files into a folder; BadInput where one is there already and says something else."""
    for place in (site.data, site.backups):
        if any(mark in str(place) for mark in ' \t\n"%\\'):
            raise BadInput(f"systemd 单元中不能使用含空格或特殊字符的路径：{place}")
    folder.mkdir(parents=True, exist_ok=True)
    texts = dict(zip(UNITS, _texts(site), strict=True))
    for name, text in texts.items():
        place = folder / name
        if place.exists() and place.read_text() != text:
            raise BadInput(f"{place} 已存在且内容不同；请先移走")
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def _texts(site: Site) -> tuple[str, ...]:
    words = {
        "program": Path(sys.executable).with_name("lianjing"),
        "data": site.data,
        "backups": site.backups,
        "host": site.host,
        "port": site.port,
        "tls": f" --tls-cert {site.certificate} --tls-key {site.key}" if site.certificate else "",
    }
    capability = "CAP_NET_BIND_SERVICE" if site.port < 1024 else ""
    hardening = HARDENING.format(capabilities=capability)
    timed = HARDENING.format(capabilities="")
    backup, scan = (text.format(hardening=timed, **words) for text in (BACKUP, SCAN))
    return SERVER.format(hardening=hardening, **words), backup, TIMER, scan, SCANS
