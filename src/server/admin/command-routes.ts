/** GET and POST <commandURL>/<name>: finds the command, asks whether it may be given, gives it. */
import { type Context, Hono } from 'hono';
import type { ServingContext, WordContext } from '../four-letter-words/word-context.ts';
import type { Logger } from '../logging/logger.ts';
import type { AdminEnv } from './admin-env.ts';
import { authenticate, mayDoAll } from './authorization.ts';
import type {
  AdminCommand,
  CommandParameters,
  PrivilegedAnswer,
  PrivilegedCommand,
} from './commands/command.ts';
import { type JsonObject, printJson } from './java-json.ts';

export interface CommandRoutesParts {
  readonly words: WordContext;
  readonly logger: Logger;
  readonly commands: readonly AdminCommand[];
  readonly commandUrl: string;
}

type AdminContext = Context<AdminEnv>;

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests';

export function createCommandRoutes(parts: CommandRoutesParts): Hono<AdminEnv> {
  const { commands, commandUrl } = parts;
  const byName = new Map(commands.flatMap((each) => each.names.map((name) => [name, each])));
  const page = linksPage(parts);
  const routes = new Hono<AdminEnv>();
  routes.get(commandUrl, (c) => c.html(page));
  routes.post(commandUrl, (c) => c.html(page));
  routes.on(['GET', 'POST'], `${commandUrl}/*`, (c) => {
    const name = commandName(c, commandUrl);
    if (name === null) return c.text('Bad Request', 400);
    if (name === '') return c.html(page);
    return run(c, { ...parts, name, command: byName.get(name) });
  });
  return routes;
}

function linksPage({ commands, commandUrl }: CommandRoutesParts): string {
  return commands
    .map(({ names: [name] }) => `<a href="${commandUrl}/${name}">${name}</a>\n<br/>\n`)
    .join('');
}

/** Null where it cannot be decoded. */
function commandName(c: AdminContext, commandUrl: string): string | null {
  try {
    return decodeURIComponent(new URL(c.req.url).pathname.slice(commandUrl.length + 1));
  } catch {
    return null;
  }
}

interface CommandUse extends CommandRoutesParts {
  /** As it was asked for. */
  readonly name: string;
  readonly command: AdminCommand | undefined;
}

function run(c: AdminContext, use: CommandUse): Response | Promise<Response> {
  const { name, command, words, logger } = use;
  if (command === undefined) return refuse(c, 200, { name, error: `Unknown command: ${name}` });
  const parameters = parametersOf(c);
  if (command.kind === 'plain') {
    // Not a copy of the words: the trace mask is set in them.
    const respond = () => answer(c, command, command.answer(words, parameters));
    return objectToMethod(c, name, ['GET', 'HEAD']) ?? respond();
  }
  const { processor, isServing } = words.server;
  if (!isServing || processor === null) return refuse(c, 200, { name, error: NOT_SERVING });
  const context = { ...words, processor };
  if (command.kind === 'serving') {
    const respond = () => answer(c, command, command.answer(context, parameters));
    return objectToMethod(c, name, ['GET', 'HEAD']) ?? respond();
  }
  return (
    objectToAsker(c, use, context) ??
    objectToMethod(c, name, [command.method]) ??
    runPrivileged(c, command, { parameters, logger })
  );
}

/** Compat: Java fails with a NullPointerException, and status 500. */
function objectToMethod(
  c: AdminContext,
  name: string,
  methods: readonly string[],
): Response | null {
  if (methods.includes(c.req.method)) return null;
  c.header('Allow', methods.join(', '));
  return refuse(c, 405, { name, error: `${name} is asked for with ${methods[0]}` });
}

function parametersOf(c: AdminContext): CommandParameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URL(c.req.url).searchParams) {
    if (!parameters.has(name)) parameters.set(name, value);
  }
  return parameters;
}

/** Null for who may. */
function objectToAsker(
  c: AdminContext,
  { name, logger }: CommandUse,
  serving: ServingContext,
): Response | null {
  const asker = c.get('asker');
  const object = (status: 401 | 403, error: string) => {
    logger.warn('a command is refused', { name, from: asker.remoteAddress, reason: error });
    return refuse(c, status, { name, error });
  };
  const authorization = c.req.header('Authorization');
  if (authorization === undefined) return object(401, 'Auth info is missing for the command');
  const ids = authenticate(serving.processor.access, { authorization, ...asker });
  if (ids === null) return object(401, 'Not authenticated');
  return mayDoAll(serving, ids) ? null : object(403, 'Not authorized');
}

interface PrivilegedUse {
  readonly parameters: CommandParameters;
  readonly logger: Logger;
}

async function runPrivileged(
  c: AdminContext,
  command: PrivilegedCommand,
  { parameters, logger }: PrivilegedUse,
): Promise<Response> {
  const [name] = command.names;
  logger.info('a command is given', { name, from: c.get('asker').remoteAddress });
  const { status, headers = {}, body, error } = await answerUnhurried(c, command, parameters);
  for (const [key, value] of Object.entries(headers)) c.header(key, value);
  if (body === undefined) return json(c, { command: name, error: error ?? null }, status);
  c.header('Content-Type', 'application/octet-stream');
  return c.body(body, status);
}

/** Who waits for us is not idle: a snapshot may take longer than a connection may stand still. */
async function answerUnhurried(
  c: AdminContext,
  command: PrivilegedCommand,
  parameters: CommandParameters,
): Promise<PrivilegedAnswer> {
  const { socket } = c.env.incoming;
  const { timeout } = socket;
  socket.setTimeout(0);
  try {
    return await command.answer(parameters);
  } finally {
    socket.setTimeout(timeout ?? 0);
  }
}

interface Refusal {
  readonly name: string;
  readonly error: string;
}

/** Compat: here the name is the one that was asked for. */
function refuse(
  c: AdminContext,
  status: 200 | 401 | 403 | 405,
  { name, error }: Refusal,
): Response {
  return json(c, { command: name, error }, status);
}

function answer(c: AdminContext, { names: [command] }: AdminCommand, fields: JsonObject): Response {
  return json(c, { ...fields, command, error: fields['error'] ?? null }, 200);
}

function json(c: AdminContext, value: JsonObject, status: 200 | 401 | 403 | 405 | 429 | 500 | 503) {
  c.header('Content-Type', 'application/json');
  return c.body(printJson(value), status);
}
