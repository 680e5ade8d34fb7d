import { readFileSync, writeFileSync } from 'node:fs';

// The library leaves Temporal's packages to its users; the image is such a user. Versions stay those of the lock file.
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
for (const name of Object.keys(manifest.peerDependencies)) {
  manifest.dependencies[name] = manifest.devDependencies[name];
  delete manifest.devDependencies[name];
}
delete manifest.peerDependencies;
delete manifest.peerDependenciesMeta;
writeFileSync('package.json', JSON.stringify(manifest, null, 2));
