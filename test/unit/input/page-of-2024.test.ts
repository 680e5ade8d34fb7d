import { describe, expect, it } from 'vitest';
import { problemsOfRow } from '../../../src/input';
import { acceptRequest } from '../../../src/schemas/batch-request';

/** Google's page "Batch text generation with Gemini" as it stood in 2024: what it shows of rows and requests. */

const TEXT_AND_VIDEO = {
  request: {
    contents: [
      {
        role: 'user',
        parts: [
          { text: 'What is the relation between the following video and image samples?' },
          { file_data: { file_uri: 'gs://cloud-samples-data/video/animals.mp4', mime_type: 'video/mov' } },
          { file_data: { file_uri: 'gs://cloud-samples-data/image/cricket.jpeg', mime_type: 'image/jpeg' } },
        ],
      },
    ],
  },
};

const PARTS_AS_OBJECT = {
  request: {
    contents: [{ role: 'user', parts: { text: 'Give me a recipe for banana bread.' } }],
    system_instruction: { parts: [{ text: 'You are a chef.' }] },
  },
};

const REQUEST = {
  project: 'acme',
  location: 'us-central1',
  model: 'gemini-2.5-flash',
  input: 'bq://acme.d.prompts',
  output: 'gs://acme/answers/',
};

function rulesOf(row: object): string[] {
  return problemsOfRow(row).map(({ rule, severity }) => `${rule} ${severity}`);
}

function withVideo(file_data: object): object {
  return { request: { contents: [{ role: 'user', parts: [{ text: 'What is it?' }, { file_data }] }] } };
}

describe('the page of 2024', () => {
  it.each([
    ['38, 48, 52: text, a video and an image in snake_case', TEXT_AND_VIDEO],
    ['47: parts as an object, and system_instruction', PARTS_AS_OBJECT],
    ['46: a file of Cloud Storage in a row', withVideo({ file_uri: 'gs://acme/a.mp4', mime_type: 'video/mp4' })],
    ['46: a video of YouTube', withVideo({ file_uri: 'https://www.youtube.com/watch?v=x', mime_type: 'video/mp4' })],
  ])('%s: nothing is wrong', (_, row) => {
    expect(rulesOf(row)).toEqual([]);
  });

  it.each([
    ['51: a type that models may not take', { file_uri: 'gs://acme/a.tiff', mime_type: 'image/tiff' }, 'mime-type'],
    ['46: a file that nobody can fetch', { file_uri: '/home/me/a.mp4', mime_type: 'video/mp4' }, 'uri'],
  ])('%s is a warning', (_, file, rule) => {
    expect(rulesOf(withVideo(file))).toEqual([`${rule} warning`]);
  });

  it('61: the misprint `content` is found, with the right word', () => {
    const { contents, ...rest } = PARTS_AS_OBJECT.request;
    const problems = problemsOfRow({ request: { content: contents, ...rest } });
    expect(problems.map(({ message }) => message).join()).toContain('did you mean "contents"');
  });

  it.each([
    'gemini-1.0-pro',
    'gemini-1.5-flash-002@default',
    'gemini-9-ultra',
    'projects/acme/locations/us-central1/models/42',
  ])('40: %s is taken, whatever the list of the day is', (model) => {
    expect(acceptRequest({ ...REQUEST, model }, 'summaries').model).toContain(model.replace(/@.*/, ''));
  });

  it.each(['europe-west4', 'global'])('49: files may be run in %s, too', (location) => {
    expect(acceptRequest({ ...REQUEST, input: 'gs://acme/in.jsonl', location }, 'summaries')).toMatchObject({
      location,
    });
  });

  it('53: a job is given three days to begin and one to run', () => {
    const hours = 3_600_000;
    const { queuedMs, runningMs, runMs } = acceptRequest(REQUEST, 'summaries').deadlines;
    expect(queuedMs).toBeGreaterThanOrEqual(72 * hours);
    expect(runningMs).toBeGreaterThanOrEqual(24 * hours);
    expect(runMs).toBeGreaterThanOrEqual(queuedMs + runningMs);
  });

  it('69: labels are the job’s', () => {
    expect(acceptRequest({ ...REQUEST, labels: { stage: 'prod' } }, 'summaries').labels).toEqual({ stage: 'prod' });
  });
});
