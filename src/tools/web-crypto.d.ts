/**
 * What the declarations of @peculiar/x509 look for as globals: Node has these types, too, but in a
 * module, and the DOM's library would bring the rest of a browser along.
 */
type Algorithm = import('node:crypto').webcrypto.Algorithm;
type AlgorithmIdentifier = import('node:crypto').webcrypto.AlgorithmIdentifier;
type BufferSource = import('node:crypto').webcrypto.BufferSource;
type Crypto = import('node:crypto').webcrypto.Crypto;
type CryptoKey = import('node:crypto').webcrypto.CryptoKey;
type CryptoKeyPair = import('node:crypto').webcrypto.CryptoKeyPair;
type EcKeyGenParams = import('node:crypto').webcrypto.EcKeyGenParams;
type EcKeyImportParams = import('node:crypto').webcrypto.EcKeyImportParams;
type EcdsaParams = import('node:crypto').webcrypto.EcdsaParams;
type KeyUsage = import('node:crypto').webcrypto.KeyUsage;
type RsaHashedImportParams = import('node:crypto').webcrypto.RsaHashedImportParams;
