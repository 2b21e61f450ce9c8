/** Where figures are published besides `mntr`, under ZooKeeper's names. */
import { int, laxBoolean, oneOf, port, text } from '../value-kinds.ts';
import { fileKey, optional } from './setting.ts';

const DEFAULT_PROVIDER = 'org.apache.zookeeper.metrics.impl.DefaultMetricsProvider';
const NULL_PROVIDER = 'org.apache.zookeeper.metrics.impl.NullMetricsProvider';
export const PROMETHEUS_PROVIDER =
  'org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider';

export const metricsSettings = {
  providerClassName: fileKey('metricsProvider.className', {
    kind: oneOf([DEFAULT_PROVIDER, PROMETHEUS_PROVIDER, NULL_PROVIDER]),
    default: DEFAULT_PROVIDER,
    meaning: 'PrometheusMetricsProvider publishes `/metrics`; `mntr` answers with each of them.',
  }),
  httpHost: fileKey('metricsProvider.httpHost', {
    kind: text,
    default: '127.0.0.1',
    meaning:
      'Address of `/metrics`. ZooKeeper listens on all addresses when it is not set; write 0.0.0.0 for that.',
  }),
  /** Null: not set. */
  httpPort: fileKey('metricsProvider.httpPort', {
    kind: optional(port),
    default: null,
    defaultText: '7000',
    meaning: 'TCP port of `/metrics`.',
  }),
  exportJvmInfo: fileKey('metricsProvider.exportJvmInfo', {
    kind: laxBoolean,
    default: true,
    meaning: 'Publish figures of the process as well: memory, garbage collection, event loop.',
  }),
  httpsPort: fileKey('metricsProvider.httpsPort', {
    kind: optional(int({ min: -1, max: 65535 })),
    default: null,
    defaultText: 'none',
    support: 'later',
    meaning: 'TCP port of `/metrics` behind TLS (3.10); alone it publishes nothing.',
  }),
};
