/** zooid/curator: the client for programs in Curator's style. */
export * from './builders.ts';
export { CreateBuilder } from './create-builder.ts';
export * from './curator-framework.ts';
export * from './curator-framework-factory.ts';
export * from './retry.ts';
export * from './transaction-builder.ts';
