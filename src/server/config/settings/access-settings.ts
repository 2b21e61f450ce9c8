/** Settings of authentication and access control. */
import { digestAlgorithm, laxBoolean, onlyYes, text, words } from '../value-kinds.ts';
import { optional, property, systemProperty } from './setting.ts';

export const accessSettings = {
  skipAcl: property('skipACL', {
    kind: onlyYes,
    default: false,
    defaultText: 'no',
    meaning: 'With `yes`, no access list is checked.',
  }),
  enableEagerAclCheck: property('enableEagerACLCheck', {
    kind: laxBoolean,
    default: false,
    meaning: 'A member of an ensemble checks access lists before it forwards a write.',
  }),
  digestAuthEnabled: property('DigestAuthenticationProvider.enabled', {
    kind: laxBoolean,
    default: true,
    meaning: 'Offer the scheme `digest`.',
  }),
  superDigest: property('DigestAuthenticationProvider.superDigest', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    isSecret: true,
    meaning: 'The digest (`super:<hash>`) of a user who may do everything.',
  }),
  /** As node:crypto names it. */
  digestAlgorithm: property('DigestAuthenticationProvider.digestAlg', {
    kind: digestAlgorithm,
    default: 'sha1',
    defaultText: 'SHA1',
    meaning: 'Hash of the scheme `digest`; existing access lists hold hashes of the old one.',
  }),
  enforceAuthEnabled: property('enforce.auth.enabled', {
    kind: laxBoolean,
    default: false,
    meaning: 'A session must authenticate before its first request.',
  }),
  enforceAuthSchemes: property('enforce.auth.schemes', {
    kind: words,
    default: [],
    defaultText: 'none',
    meaning: 'The schemes of which one is enough for enforce.auth.enabled.',
  }),
  sessionRequireClientSaslAuth: property('sessionRequireClientSASLAuth', {
    kind: laxBoolean,
    default: false,
    meaning: 'A session must authenticate by SASL; the keys enforce.auth.* do not count then.',
  }),
  allowSaslFailedClients: property('allowSaslFailedClients', {
    kind: laxBoolean,
    default: false,
    meaning: 'A client whose SASL authentication failed may go on, unless SASL is required.',
  }),
  loginConfig: systemProperty('java.security.auth.login.config', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'The JAAS file, with the users and passwords of SASL.',
  }),
  saslServerConfig: property('sasl.serverconfig', {
    kind: text,
    default: 'Server',
    meaning: 'The section of the JAAS file with the users who may be clients.',
  }),
  saslSuperPassword: property('SASLAuthenticationProvider.superPassword', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    isSecret: true,
    meaning: 'Password of the SASL user `super`, in place of the one in the JAAS file.',
  }),
  superUser: property('superUser', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'Name of a SASL user who may do everything.',
  }),
  anySaslUser: property('letAnySaslUserDoX', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'Name that stands for any SASL user in an access list.',
  }),
  ensembleAuthName: property('ensembleAuthName', {
    kind: words,
    default: [],
    defaultText: 'none',
    meaning: 'Names of this ensemble; a client that asks for another one is refused.',
  }),
  x509SuperUser: property('X509AuthenticationProvider.superUser', {
    kind: optional(text),
    default: null,
    defaultText: 'none',
    meaning: 'The name in the certificate of a client who may do everything.',
  }),
  useXForwardedFor: property('IPAuthenticationProvider.usexforwardedfor', {
    kind: laxBoolean,
    default: false,
    meaning: 'The AdminServer takes the address of who asks from X-Forwarded-For.',
  }),
};
