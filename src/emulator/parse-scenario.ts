import type { Scenario } from './scenario';
export function parseScenario(json: unknown): Scenario {
  return json as Scenario;
}
