// A session by github.com/go-zookeeper/zk that prints all it gets; nothing in it depends on the time.

package main

import (
	"fmt"
	"os"
	"time"

	"github.com/go-zookeeper/zk"
)

type quiet struct{}

func (quiet) Printf(string, ...interface{}) {}

func stat(s *zk.Stat) string {
	if s == nil {
		return "no stat"
	}
	return fmt.Sprintf("czxid=%d mzxid=%d pzxid=%d version=%d cversion=%d aversion=%d ephemeral=%t length=%d children=%d",
		s.Czxid, s.Mzxid, s.Pzxid, s.Version, s.Cversion, s.Aversion, s.EphemeralOwner != 0, s.DataLength, s.NumChildren)
}

func event(name string, events <-chan zk.Event) {
	select {
	case e := <-events:
		fmt.Println(name, "event:", e.Type, e.State, e.Path, e.Err)
	case <-time.After(5 * time.Second):
		fmt.Println(name, "event: none")
	}
}

func main() {
	address := os.Args[1]
	conn, _, err := zk.Connect([]string{address}, 10*time.Second, zk.WithLogger(quiet{}))
	if err != nil {
		panic(err)
	}
	all := zk.WorldACL(zk.PermAll)
	create := func(path string, flags int32) {
		name, err := conn.Create(path, []byte("data of "+path), flags, all)
		fmt.Println("create", path, flags, name, err)
	}
	create("/go", 0)
	create("/go", 0)
	create("/none/x", 0)
	create("/go/e", zk.FlagEphemeral)
	create("/go/s-", zk.FlagSequence)
	create("/go/es-", zk.FlagEphemeral|zk.FlagSequence)
	name, err := conn.CreateContainer("/go/container", nil, zk.FlagTTL, all)
	fmt.Println("container with a wrong flag", name, err)
	name, err = conn.CreateContainer("/go/container", nil, 4, all)
	fmt.Println("container", name, err)
	name, err = conn.CreateTTL("/go/ttl", []byte("t"), zk.FlagTTL, all, time.Hour)
	fmt.Println("ttl", name, err)
	data, s, err := conn.Get("/go")
	fmt.Println("get", string(data), stat(s), err)
	_, _, err = conn.Get("/none")
	fmt.Println("get none", err)
	data, s, events, err := conn.GetW("/go")
	fmt.Println("getW", string(data), stat(s), err)
	s, err = conn.Set("/go", []byte("new"), 0)
	fmt.Println("set", stat(s), err)
	event("getW", events)
	_, err = conn.Set("/go", []byte("newer"), 7)
	fmt.Println("set with a wrong version", err)
	exists, s, events, err := conn.ExistsW("/go/later")
	fmt.Println("existsW", exists, s != nil, err)
	create("/go/later", 0)
	event("existsW", events)
	children, s, events, err := conn.ChildrenW("/go/later")
	fmt.Println("childrenW", children, stat(s), err)
	create("/go/later/kid", 0)
	event("childrenW", events)
	results, err := conn.Multi(
		&zk.CreateRequest{Path: "/go/m", Data: []byte("m"), Acl: all},
		&zk.SetDataRequest{Path: "/go/m", Data: []byte("n"), Version: 0},
		&zk.CheckVersionRequest{Path: "/go/m", Version: 1},
		&zk.DeleteRequest{Path: "/go/m", Version: 1},
	)
	for _, r := range results {
		fmt.Println("multi", r.String, r.Stat != nil, r.Error)
	}
	fmt.Println("multi", err)
	results, err = conn.Multi(
		&zk.CreateRequest{Path: "/go/lost", Acl: all},
		&zk.DeleteRequest{Path: "/none", Version: -1},
	)
	for _, r := range results {
		fmt.Println("failing multi", r.Error)
	}
	fmt.Println("failing multi", err)
	fmt.Println("auth", conn.AddAuth("digest", []byte("user:pw")))
	name, err = conn.Create("/go/locked", nil, 0, zk.AuthACL(zk.PermAll))
	fmt.Println("create for the user", name, err)
	acl, s, err := conn.GetACL("/go/locked")
	fmt.Println("acl", acl, stat(s), err)
	s, err = conn.SetACL("/go/locked", zk.WorldACL(zk.PermRead), 0)
	fmt.Println("set acl", stat(s), err)
	_, err = conn.Set("/go/locked", nil, -1)
	fmt.Println("set without permission", err)
	name, err = conn.Sync("/go")
	fmt.Println("sync", name, err)
	lock := zk.NewLock(conn, "/go/lock", all)
	fmt.Println("lock", lock.Lock())
	_, s, _ = conn.Get("/go/lock")
	fmt.Println("held", stat(s), lock.Unlock())
	fmt.Println("delete", conn.Delete("/go", -1))
	fmt.Println("delete", conn.Delete("/go/later/kid", 0))
	for _, ok := range zk.FLWRuok([]string{address}, time.Second) {
		fmt.Println("ruok", ok)
	}
	servers, ok := zk.FLWSrvr([]string{address}, time.Second)
	for _, server := range servers {
		fmt.Println("srvr", ok, server.Mode, server.NodeCount, server.Connections, server.Error)
	}
	connections, ok := zk.FLWCons([]string{address}, time.Second)
	for _, c := range connections {
		fmt.Println("cons", ok, len(c.Clients), c.Error)
	}
	conn.Close()
}
