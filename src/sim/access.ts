/** The authentication schemes of simulated runs: digest with a toy hash, and ip. */
import { AccessRules, type AuthProvider } from '../core/requests/auth-provider.ts';

/** Who may do everything. */
export const SUPER = 'super:sim';

/** What stands for the hash of `user:password`. */
export function toyDigest(credentials: string): string {
  let sum = 7;
  for (let i = 0; i < credentials.length; i++) {
    sum = (Math.imul(sum, 31) + credentials.charCodeAt(i)) | 0;
  }
  return `${credentials.split(':')[0]}:${(sum >>> 0).toString(36)}`;
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

const digest: AuthProvider = {
  scheme: 'digest',
  isAuthenticated: true,
  authenticate(data) {
    const credentials = textOf(data);
    if (!credentials.includes(':')) return null;
    const digestId = { scheme: 'digest', id: toyDigest(credentials) };
    return credentials === SUPER ? [digestId, { scheme: 'super', id: '' }] : [digestId];
  },
  matches: (id, aclId) => id === aclId,
  isValid: (aclId) => aclId.includes(':'),
  userName: (id) => id.split(':')[0] ?? '',
};

const ip: AuthProvider = {
  scheme: 'ip',
  isAuthenticated: false,
  authenticate: (_data, { remoteAddress }) => [{ scheme: 'ip', id: remoteAddress }],
  matches: (id, aclId) => id === aclId,
  isValid: () => true,
  userName: (id) => id,
};

export function simAccess(): AccessRules {
  return new AccessRules([digest, ip], { skipAcl: false });
}
