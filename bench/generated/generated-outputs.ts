import { SeededRandom } from '../../src/emulator/seeded-random';
import { Prose } from './prose';

/** Of an answer's text, log-normal like that of the requests. */
const MEDIAN_TEXT_BYTES = 900;
const SIZE_SPREAD = 0.8;
const SHUFFLED_ROWS = 1_000;

const REFUSED_SHARE = 0.01;
const BLOCKED_SHARE = 0.01;
const EMPTY_SHARE = 0.01;

const NULLS_OF_A_PART = ['fileData', 'functionCall', 'inlineData', 'text'];

/** One row of a job's output, as a line with and without the caller's key. */
export interface OutputLine {
  readonly withKey: string;
  readonly withoutKey: string;
}

/**
 * What a job writes for lines of generated requests: shuffled, the request echoed with sorted names and filled with nulls, 97 rows in
 * a hundred answered. The same for the same lines and seed.
 */
export function* generatedOutputs(requests: Iterable<string>, seed: number): Generator<OutputLine> {
  const source = new AnswerSource(seed);
  let waiting: string[] = [];
  for (const request of requests) {
    waiting.push(request);
    if (waiting.length < SHUFFLED_ROWS) continue;
    yield* source.lines(waiting);
    waiting = [];
  }
  yield* source.lines(waiting);
}

class AnswerSource {
  readonly #random: SeededRandom;
  readonly #kinds: readonly Prose[];

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#kinds = [Prose.english(this.#random), Prose.international(this.#random)];
  }

  *lines(requests: readonly string[]): Generator<OutputLine> {
    for (const line of this.#random.shuffled(requests)) {
      const { key, request } = JSON.parse(line) as { readonly key: string; readonly request: unknown };
      const row = {
        status: '',
        processed_time: '2026-11-22T18:13:16.826+00:00',
        request: echoOf(request),
        ...this.#answer(),
      };
      yield { withKey: `${JSON.stringify({ ...row, key })}\n`, withoutKey: `${JSON.stringify(row)}\n` };
    }
  }

  #answer(): object {
    const chance = this.#random.next();
    if (chance < REFUSED_SHARE) return REFUSED;
    const modelVersion = 'gemini-2.5-flash';
    const usage = this.#usage();
    if (chance < REFUSED_SHARE + BLOCKED_SHARE) {
      return { response: { modelVersion, promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: usage } };
    }
    const isEmpty = chance < REFUSED_SHARE + BLOCKED_SHARE + EMPTY_SHARE;
    const parts = isEmpty ? [] : [{ text: this.#text() }];
    const candidate = {
      avgLogprobs: -this.#random.next(),
      content: { parts, role: 'model' },
      finishReason: isEmpty ? 'MAX_TOKENS' : 'STOP',
    };
    return { response: { candidates: [candidate], modelVersion, usageMetadata: usage } };
  }

  #usage(): object {
    const [prompt, candidates, thoughts] = [900, 300, 200].map((most) => 1 + this.#random.below(most));
    return {
      candidatesTokenCount: candidates,
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: candidates }],
      promptTokenCount: prompt,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
      thoughtsTokenCount: thoughts,
      totalTokenCount: (prompt ?? 0) + (candidates ?? 0) + (thoughts ?? 0),
      trafficType: 'ON_DEMAND',
    };
  }

  #text(): string {
    const prose = this.#kinds[this.#random.below(this.#kinds.length)];
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random.next()));
    const deviate = radius * Math.cos(2 * Math.PI * this.#random.next());
    return prose?.take(MEDIAN_TEXT_BYTES * Math.exp(SIZE_SPREAD * deviate), this.#random) ?? '';
  }
}

const REFUSED = {
  status:
    'Bad Request: {"error": {"code": 400, "message": "Please use a valid role: user, model.", "status": "INVALID_ARGUMENT"}}',
  response: {},
};

/** Names sorted, and null for whatever kind of part another row's part is. */
function echoOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(echoOf);
  if (typeof value !== 'object' || value === null) return value;
  const isPart = 'text' in value || 'inlineData' in value || 'fileData' in value;
  const nulls = isPart ? NULLS_OF_A_PART.map((name) => [name, null] as const) : [];
  const members: Record<string, unknown> = { ...Object.fromEntries(nulls), ...value };
  return Object.fromEntries(
    Object.keys(members)
      .sort()
      .map((name) => [name, echoOf(members[name])]),
  );
}
