/**
 * Every command of zkCli with its flags, right and wrong, for a fresh server: one line each. PORT
 * stands for the server's. What makes Java's zkCli end with a stack trace is left out, and so is an
 * addWatch without a mode behind one with a mode, which Java keeps.
 */
export const zkCliScript = `
ls /
create /a value
create /a again
create /none/child x
create -e /a/ephemeral x
create -s /a/seq- x
create -c /a/container x
create -t 86400000 /a/ttl x
create /a/empty
create bad
create /a/
create -t x /a/q
create -c -s /a/q
create -t 5 -e /a/q
create -t 0 /a/q
create -t 99999999999999 /a/q
create -t -5 /a/q
create
get /a/empty
get -s /a/empty
get -b /a
get -x /a
get -x /a/empty
get -sb /a
get -s -w /a watch
ls /a watch
stat /a watch
stat
stat /none
stat bad
ls -? /
ls
ls bad
ls /none
ls -R /none
get -z /a
get -sz /a
get --zz /a
set -v /a
set /a -v
set -v 3
set -v abc
create -q
delete
delete /a/empty 0
delete -v 0 /a/seq-0000000001
deleteall
deleteall /none
deleteall -b x /a
deleteall bad
getAcl
getAcl /a
getAcl -s /a
getAcl /none
setAcl
setAcl /a world:anyone
setAcl /a world:anyone:crxdwa
setAcl /a foo,world:anyone:cdrwa
setAcl /a foo
setAcl -R /none world:anyone:r
create /bacl x digest:foo
create /bacl x digest:foo:r
addauth
whoami
addauth digest u:p
setquota
setquota /a
setquota -n 5
setquota -n 5 -N 6 /a
setquota -n x /a
setquota -n 0 /a
setquota -b -1 /a
setquota -n 5 /none
setquota -n 5 /zookeeper/quota/x
setquota -n 50 /a
setquota -n 1 /a
setquota -b 1 /a
listquota /a
listquota
listquota /none
setquota -n 5 /a/container
delquota -n /a
listquota /a
delquota -n -b /a
delquota /a
delquota /a
delquota
sync
sync /
sync bad
config
config -c
config -s
reconfig
reconfig -add server.1=x -members y
reconfig -file x -members y
reconfig -v zz -add q
reconfig -remove 3
reconfig -file /nonexistent
getEphemerals
getEphemerals /a
getEphemerals /none
getEphemerals bad
getAllChildrenNumber
getAllChildrenNumber /a
getAllChildrenNumber /none
addWatch
addWatch -m foo /a
addWatch -m persistent /a
removewatches
removewatches /none -a
version x
version
printwatches
printwatches on
printwatches off
printwatches
printwatches on
history
redo 5
redo 1
redo 999
redo
history
nosuch
close x
ls /
history
connect
ls /
connect 127.0.0.1:PORT/a
ls /
connect 127.0.0.1:PORT
create /w x
get -w /w
set /w y
ls -w /w
create /w/child x
stat -w /w/later
create /w/later x
addWatch -m PERSISTENT_RECURSIVE /w
set /w/child z
delete /w/child
addWatch -m PERSISTENT /p
create /p x
create /p/kid x
set /p y
removewatches /p -a
set /p z
get -w /p
ls -w /p
addWatch -m persistent /p
removewatches /p -d
removewatches /p -c
removewatches /p -p
removewatches /w -r
removewatches /none -d -l
get -w /p
ls -w /p
removewatches /p
config -w
create "/q q" "data with spaces"
get "/q q"
get '/q q'
set /p "unclosed
get /p
create /a//b
create /a/../b
create /a/.
create ./a
create "/a\tb"
ls -s -R /p
ls -sR /p
get -s=1 /p
get -v=1 /p
set -v=5 /p x
set -v5 /p x
set /p -v -1 x
set -b /p aGVsbG8=
get /p
get -x /p
create /hex 0123456789abcdefXYZ
get -x /hex
get -xb /hex
set -s -v 0 /hex q
delete /p /q
deleteall /w -b 1
deleteall /p
create -s /s/
create /s
create -s /s/
create -e -s /s/e-
getEphemerals /
getEphemerals /s
ls -R /
ls -R -w /hex
create /s/more
deleteall /s -b 0
deleteall -b 2 /s
getAcl /hex -s
setAcl -s /hex world:anyone:cdrwa,digest:u:p:r
getAcl /hex
setAcl -v 99 /hex world:anyone:r
setAcl /hex world:anyone:
getAcl /hex
get /hex
stat -- /hex
get -- -s
whoami x
close
close
create /x
version
printwatches off
connect 127.0.0.1:PORT
ls /
printwatches on
redo 2
redo -1
history 5
ls /none
quit
`.trimStart();
