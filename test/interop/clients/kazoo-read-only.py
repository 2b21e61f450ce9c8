"""What a read-only client of kazoo can do with the server at argv[1], line by line."""
import sys

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException

client = KazooClient(hosts=sys.argv[1], read_only=True, timeout=10)
client.start(timeout=20)
print("state", client.client_state)


def tell(what, call):
    try:
        print(what, call())
    except KazooException as error:
        print(what, type(error).__name__)


tell("get", lambda: client.get("/a")[0])
tell("exists", lambda: client.exists("/none"))
tell("children", lambda: sorted(client.get_children("/")))
tell("create", lambda: client.create("/x"))
tell("set", lambda: client.set("/a", b"x"))
tell("delete", lambda: client.delete("/a"))
tell("sync", lambda: client.sync("/a"))
client.stop()
print("stopped")
