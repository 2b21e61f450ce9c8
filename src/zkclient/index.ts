/** zooid/zkclient: the client for programs in ZkClient's style. */
export type { ZkChildListener, ZkDataListener, ZkStateListener } from './listeners.ts';
export { ZkClient, type ZkClientOptions, type ZkCreateOptions } from './zk-client.ts';
