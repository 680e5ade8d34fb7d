import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State LISTEN in Linux's table of sockets. */
const LISTEN = '0A';

/**
 * The addresses on which a process or any that it started listens, as the kernel has them: `127.0.0.1`, `0.0.0.0`, or the hex digits
 * of an IPv6 address. Linux only.
 */
export function listeningAddresses(pid: number): string[] {
  const sockets = new Set(familyOf(pid).flatMap(socketsOf));
  return ['tcp', 'tcp6'].flatMap((table) => listeners(`/proc/${pid}/net/${table}`, sockets));
}

function familyOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: parentOf(Number(name)) }));
  const family = [pid];
  for (const member of family) {
    family.push(...parents.filter(({ parent }) => parent === member).map((child) => child.pid));
  }
  return family;
}

function parentOf(pid: number): number | undefined {
  try {
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return Number(parent);
  } catch {
    // it has ended meanwhile
    return undefined;
  }
}

function socketsOf(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${directory}/${name}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}

function listeners(table: string, sockets: ReadonlySet<string>): string[] {
  const [, ...rows] = readFileSync(table, 'utf8').trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , socket = '']) => state === LISTEN && sockets.has(socket))
    .map(([, local = '']) => addressIn(local.split(':')[0] ?? ''));
}

/** The kernel writes the four bytes from right to left. */
function addressIn(digits: string): string {
  if (digits.length !== 8) return digits;
  return [...Buffer.from(digits, 'hex')].toReversed().join('.');
}
