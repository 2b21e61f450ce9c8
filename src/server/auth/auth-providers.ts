/**
 * The authentication schemes that a configuration asks for (ZooKeeper's ProviderRegistry). `ip` is
 * always there, `digest` unless it is switched off, `x509` where clients speak TLS, the rest by
 * `authProvider.<name>=<class>`.
 *
 * Java loads any class of that name. Here the names of ZooKeeper's own classes stand for the
 * providers of this server; a class that is not known is warned of and left out, as Java does with
 * one that it cannot load. A further scheme is one more row of FACTORIES.
 */
import type { AuthProvider } from '../../core/requests/auth-provider.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { DigestProvider } from './digest-provider.ts';
import { EnsembleProvider } from './ensemble-provider.ts';
import { IpProvider } from './ip-provider.ts';
import { SaslProvider } from './sasl-provider.ts';
import { X509Provider } from './x509-provider.ts';

type Access = ServerConfig['access'];
type Factory = (access: Access) => AuthProvider;

const digest: Factory = ({ digestAlgorithm, superDigest }) =>
  new DigestProvider({ algorithm: digestAlgorithm, superDigest });
const ip: Factory = () => new IpProvider();
const sasl: Factory = ({ anySaslUser }) => new SaslProvider(anySaslUser);
const ensemble: Factory = ({ ensembleAuthName }) => new EnsembleProvider(ensembleAuthName);

const x509: Factory = ({ x509SuperUser }) => new X509Provider(x509SuperUser);

const PACKAGE = 'org.apache.zookeeper.server.auth.';

/** By the class name without its package; null for schemes that are not there yet. */
const FACTORIES: Readonly<Record<string, Factory | null>> = {
  DigestAuthenticationProvider: digest,
  IPAuthenticationProvider: ip,
  EnsembleAuthenticationProvider: ensemble,
  SASLAuthenticationProvider: sasl,
  X509AuthenticationProvider: x509,
  KeyAuthenticationProvider: null,
};

export function createAuthProviders(
  config: Pick<ServerConfig, 'access' | 'secureClientPort' | 'clientTls'>,
  warn: (message: string) => void = () => {},
): AuthProvider[] {
  const { access, secureClientPort, clientTls } = config;
  const providers = [ip(access)];
  if (access.digestAuthEnabled) providers.push(digest(access));
  // Whoever lists names wants them checked; Java would refuse every client that sends one.
  if (access.ensembleAuthName.length > 0) providers.push(ensemble(access));
  if (secureClientPort !== null || clientTls.portUnification) providers.push(x509(access));
  for (const [name, className] of access.authProviders) {
    const provider = createNamed({ name, className, access, warn });
    if (provider !== null) providers.push(provider);
  }
  return lastOfEachScheme(providers);
}

interface NamedProvider {
  readonly name: string;
  readonly className: string;
  readonly access: Access;
  warn(message: string): void;
}

function createNamed({ name, className, access, warn }: NamedProvider): AuthProvider | null {
  const shortName = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : '';
  const factory = Object.hasOwn(FACTORIES, shortName) ? FACTORIES[shortName] : undefined;
  if (factory) return factory(access);
  const why =
    factory === null
      ? 'this scheme is not supported yet'
      : 'no such class is known; a Java class cannot be loaded here';
  warn(`authProvider.${name}=${className} has no effect: ${why}.`);
  return null;
}

function lastOfEachScheme(providers: readonly AuthProvider[]): AuthProvider[] {
  return [...new Map(providers.map((provider) => [provider.scheme, provider])).values()];
}
