import { readFileSync, writeFileSync } from 'node:fs';

// npm writes no entry for an optional package that its registry doesn't carry, and `npm ci` then refuses the lock file
// everywhere. Native packages are pinned exactly by their parent and named after their platform, so that the missing
// entries follow from the parent's; npm adds the checksum where it can read the package.
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

function entryFor(name, version, parent) {
  const words = name.split(/[-/]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  if (os.length !== 1 || cpu.length !== 1 || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`package-lock.json has no ${name}@${version}, and its platform doesn't follow from its name`);
  }
  const isGlibc = os[0] === 'linux' && words.some((word) => word.startsWith('gnu'));
  const isMusl = words.some((word) => word.startsWith('musl'));
  const libc = isGlibc ? { libc: ['glibc'] } : isMusl ? { libc: ['musl'] } : {};
  const dev = parent.dev ? { dev: true } : {};
  return { version, cpu, ...dev, ...libc, optional: true, os };
}

let added = 0;
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    lock.packages[`node_modules/${name}`] = entryFor(name, version, parent);
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added to package-lock.json`);
