// A session by npm's node-zookeeper-client that prints all it gets, without times and ids. It runs
// in a folder of its own, where that package is installed.

const zookeeper = require('node-zookeeper-client');

const client = zookeeper.createClient(process.argv[2], { sessionTimeout: 10000, retries: 0 });
const { CreateMode, ACL, Permission, Id, Event } = zookeeper;
const print = (...words) => console.log(...words.map((word) => (word === undefined ? '-' : word)));
const call = (name, ...args) =>
  new Promise((resolve) => {
    client[name](...args, (error, ...results) => resolve([error && error.name, ...results]));
  });
const long = (bytes) => bytes.readBigInt64BE(0).toString();
const stat = (s) =>
  s &&
  [
    ...[s.czxid, s.mzxid, s.pzxid].map(long),
    ...[s.version, s.cversion, s.aversion, s.dataLength, s.numChildren],
    s.ephemeralOwner.some((byte) => byte !== 0),
  ].join('/');

const session = async () => {
  const create = async (path, mode, acl) => {
    const args = acl ? [path, Buffer.from(path), acl, mode] : [path, Buffer.from(path), mode];
    print('create', path, mode, ...(await call('create', ...args)));
  };
  await create('/npm', CreateMode.PERSISTENT);
  await create('/npm', CreateMode.PERSISTENT);
  await create('/none/x', CreateMode.PERSISTENT);
  await create('/npm/e', CreateMode.EPHEMERAL);
  await create('/npm/s-', CreateMode.PERSISTENT_SEQUENTIAL);
  await create('/npm/es-', CreateMode.EPHEMERAL_SEQUENTIAL);
  const events = [];
  let wake = () => {};
  const watcher = (event) => {
    events.push(event.toString());
    wake();
  };
  const event = async (count) => {
    while (events.length < count) await new Promise((resolve) => (wake = resolve));
    print('events', ...events.splice(0));
  };
  let [error, data, s] = await call('getData', '/npm', watcher);
  print('getData', error, String(data), stat(s));
  [error, s] = await call('setData', '/npm', Buffer.from('new'), 0);
  print('setData', error, stat(s));
  await event(1);
  print('setData', (await call('setData', '/npm', Buffer.from('no'), 9))[0]);
  [error, s] = await call('exists', '/npm/later', watcher);
  print('exists', error, stat(s));
  await create('/npm/later', CreateMode.PERSISTENT);
  await event(1);
  let names;
  [error, names, s] = await call('getChildren', '/npm', watcher);
  print('getChildren', error, ...names.sort(), stat(s));
  print('remove', (await call('remove', '/npm/later', 0))[0]);
  await event(1);
  print('remove', (await call('remove', '/npm', -1))[0]);
  print('mkdirp', ...(await call('mkdirp', '/npm/a/b/c')));
  client.addAuthInfo('digest', Buffer.from('user:pw'));
  const mine = [new ACL(Permission.ALL, new Id('auth', ''))];
  await create('/npm/mine', CreateMode.PERSISTENT, mine);
  let acls;
  [error, acls, s] = await call('getACL', '/npm/mine');
  print('getACL', error, JSON.stringify(acls), stat(s));
  [error, s] = await call('setACL', '/npm/mine', ACL.READ_ACL_UNSAFE, -1);
  print('setACL', error, stat(s));
  print('setData', (await call('setData', '/npm/mine', Buffer.from('no'), -1))[0]);
  const commit = (transaction) =>
    new Promise((resolve) => {
      transaction.commit((failure, results) => {
        resolve([failure && failure.name, ...(results || []).map((one) => one.type + ':' + (one.path || one.err || ''))]);
      });
    });
  print('transaction', ...(await commit(
    client.transaction().create('/npm/t').setData('/npm/t', Buffer.from('x')).check('/npm/t', 1).remove('/npm/t', 1),
  )));
  print('transaction', ...(await commit(client.transaction().create('/npm/lost').remove('/none'))));
  print('exists', (await call('exists', '/npm/lost'))[1]);
};

client.once('connected', () => session()
    .catch((error) => print('failed', error))
    .finally(() => client.close()));
client.once('disconnected', () => print('disconnected'));
client.on('state', (state) => print('state', state.name));
client.connect();
