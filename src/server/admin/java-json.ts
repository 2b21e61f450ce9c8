/**
 * JSON as ZooKeeper's AdminServer prints it (Jackson's default printer): two blanks of indent, a
 * blank before the colon, lists on one line. Programs should not care; scripts with grep do.
 */

/** A number that is printed as this text: of a double Java shows the point, `0.0`. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type JsonValue =
  | null
  | boolean
  | number
  /** Session ids are beyond what is exact in many readers; Java prints them all the same. */
  | bigint
  | string
  | NumberText
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>
  | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** How deep it nests is ours to decide, never a client's. */
export function printJson(value: JsonValue, indent = ''): string {
  if (value === null) return 'null';
  if (value instanceof NumberText) return value.text;
  if (Array.isArray(value)) return printList(value, indent);
  if (typeof value !== 'object') {
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  if (entries.length === 0) return '{ }';
  const inner = `${indent}  `;
  const lines = entries.map(
    ([key, each]) => `${inner}${JSON.stringify(key)} : ${printJson(each, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function printList(values: readonly JsonValue[], indent: string): string {
  if (values.length === 0) return '[ ]';
  return `[ ${values.map((each) => printJson(each, indent)).join(', ')} ]`;
}
