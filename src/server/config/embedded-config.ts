/**
 * The configuration of `npm start`: a file like any other, only that nobody has to write it.
 * It serves this machine alone, so every four-letter word may be asked.
 */
export function embeddedConfig(clientPort = '2181', dataDir = './data'): string {
  return `tickTime=2000
dataDir=${escapeProperty(dataDir)}
clientPort=${clientPort}
clientPortAddress=127.0.0.1
admin.enableServer=false
4lw.commands.whitelist=*
`;
}

/** A value as a file of properties holds it, in ASCII. */
export function escapeProperty(text: string): string {
  return text.replace(/[^ !-Z^-~]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

export const EMBEDDED_CONFIG_NAME = 'embedded configuration';
