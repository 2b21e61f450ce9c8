"""A session of kazoo over TLS: server, authority, certificate and key are the arguments."""
import sys

from kazoo.client import KazooClient
from kazoo.security import make_acl

hosts, ca, certfile, keyfile = sys.argv[1:]
client = KazooClient(
    hosts=hosts, use_ssl=True, ca=ca, certfile=certfile, keyfile=keyfile, timeout=20
)
client.start(timeout=20)
acl = [make_acl("auth", "", all=True)]
client.create("/kazoo", b"x" * 500000, acl=acl)
print("length", len(client.get("/kazoo")[0]))
print("acl", [entry.id.scheme + ":" + entry.id.id for entry in client.get_acls("/kazoo")[0]])
client.stop()
print("stopped")
