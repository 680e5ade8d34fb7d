import type { TableName } from '../bigquery/catalog';
import { GoogleError } from '../google-error';
import { readMessage } from './known-fields';
import type { Fields } from './known-fields';
import { readInputTable, readOutputUri } from './table-uri';
import type { OutputUri } from './table-uri';

/** The part of a `BatchPredictionJob` that its creator decides. */
export interface JobSpec {
  readonly displayName: string;
  readonly model: string;
  readonly input: InputSpec;
  readonly output: OutputSpec;
  readonly labels: Readonly<Record<string, string>>;
  /** The body's own fields in camelCase, without those that the service sets. */
  readonly echoed: Readonly<Record<string, unknown>>;
}

export type InputSpec =
  | { readonly kind: 'files'; readonly uris: readonly string[] }
  | { readonly kind: 'table'; readonly uri: string; readonly name: TableName };

export type OutputSpec =
  | { readonly kind: 'files'; readonly prefix: string }
  | { readonly kind: 'table'; readonly uri: OutputUri };

const OUTPUT_ONLY = [
  'name',
  'modelVersionId',
  'outputInfo',
  'state',
  'error',
  'partialFailures',
  'resourcesConsumed',
  'completionStats',
  'createTime',
  'startTime',
  'endTime',
  'updateTime',
  'satisfiesPzs',
  'satisfiesPzi',
  'modelMonitoringStatsAnomalies',
  'modelMonitoringStatus',
] as const;

/** `google.cloud.aiplatform.v1.BatchPredictionJob`. */
const JOB_FIELDS: Fields = {
  ...Object.fromEntries(OUTPUT_ONLY.map((field) => [field, 'any'])),
  displayName: 'string',
  model: 'string',
  unmanagedContainerModel: 'any',
  inputConfig: {
    instancesFormat: 'string',
    gcsSource: { uris: ['string'] },
    bigquerySource: { inputUri: 'string' },
    vertexMultimodalDatasetSource: { datasetName: 'string' },
  },
  instanceConfig: {
    instanceType: 'string',
    keyField: 'string',
    includedFields: ['string'],
    excludedFields: ['string'],
  },
  modelParameters: 'any',
  outputConfig: {
    predictionsFormat: 'string',
    gcsDestination: { outputUriPrefix: 'string' },
    bigqueryDestination: { outputUri: 'string' },
    vertexMultimodalDatasetDestination: { bigqueryDestination: { outputUri: 'string' }, displayName: 'string' },
  },
  dedicatedResources: 'any',
  serviceAccount: 'string',
  manualBatchTuningParameters: { batchSize: 'number' },
  generateExplanation: 'boolean',
  explanationSpec: 'any',
  labels: 'map',
  encryptionSpec: { kmsKeyName: 'string' },
  disableContainerLogging: 'boolean',
};

const BETA_FIELDS: Fields = { ...JOB_FIELDS, modelMonitoringConfig: 'any' };

interface InputConfig {
  readonly instancesFormat?: string;
  readonly gcsSource?: { readonly uris?: readonly string[] };
  readonly bigquerySource?: { readonly inputUri?: string };
  readonly vertexMultimodalDatasetSource?: object;
}

interface OutputConfig {
  readonly predictionsFormat?: string;
  readonly gcsDestination?: { readonly outputUriPrefix?: string };
  readonly bigqueryDestination?: { readonly outputUri?: string };
  readonly vertexMultimodalDatasetDestination?: object;
}

export interface CreateContext {
  readonly version: 'v1' | 'v1beta1';
  readonly location: string;
  readonly knowsModel: (model: string) => boolean;
}

/** What a create call asks for. @throws {GoogleError} as the service refuses it */
export function readCreateRequest(body: unknown, context: CreateContext): JobSpec {
  const job = readMessage(body, context.version === 'v1' ? JOB_FIELDS : BETA_FIELDS, 'batch_prediction_job');
  for (const field of OUTPUT_ONLY) delete job[field];
  const displayName = readDisplayName(job['displayName']);
  const model = readModel(job['model'], context);
  const labels = readLabels(job['labels']);
  refuseUnsupported(job);
  const input = readInput(required(job, 'inputConfig'));
  const output = readOutput(required(job, 'outputConfig'));
  return { displayName, model, input, output, labels, echoed: job };
}

function required(job: Record<string, unknown>, field: string): object {
  const value = job[field];
  if (typeof value !== 'object' || value === null) throw missing(field);
  return value;
}

function missing(field: string): GoogleError {
  return invalid(`Required field is not set: ${field}.`);
}

function invalid(message: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', message);
}

function readDisplayName(displayName: unknown): string {
  if (typeof displayName !== 'string' || displayName === '') throw missing('displayName');
  if (Array.from(displayName).length > 128) throw invalid('displayName must have at most 128 characters.');
  return displayName;
}

const PUBLISHER_MODEL = /^(?:projects\/[^/]+\/locations\/[^/]+\/)?publishers\/[^/]+\/models\/([^/]+)$/;
const TUNED_MODEL = /^projects\/[^/]+\/locations\/[^/]+\/models\/[^/@]+(?:@[^/]+)?$/;

function readModel(model: unknown, context: CreateContext): string {
  if (typeof model !== 'string' || model === '') throw missing('model');
  const publisherModel = PUBLISHER_MODEL.exec(model)?.[1];
  if (publisherModel !== undefined) {
    if (!context.knowsModel(publisherModel)) {
      throw new GoogleError('NOT_FOUND', `The PublisherModel ${publisherModel} does not exist.`);
    }
    return model;
  }
  if (!TUNED_MODEL.test(model)) throw invalid(`Invalid model resource name: ${model}.`);
  if (context.location === 'global') throw invalid(`Tuned models are not supported in location global: ${model}.`);
  return model;
}

/** Lower-case letters and those of scripts without case, digits, `_` and `-`. */
const LABEL = /^[\p{Ll}\p{Lo}\p{M}\p{N}_-]{0,64}$/u;

function readLabels(labels: unknown): Readonly<Record<string, string>> {
  const map = (labels ?? {}) as Record<string, string>;
  for (const [key, value] of Object.entries(map)) {
    if (key === '' || !LABEL.test(key)) throw invalid(`Invalid label key: "${key}".`);
    if (!LABEL.test(value)) throw invalid(`Invalid label value: "${value}" of key "${key}".`);
  }
  return map;
}

function refuseUnsupported(job: Record<string, unknown>): void {
  for (const field of [
    'serviceAccount',
    'encryptionSpec',
    'dedicatedResources',
    'explanationSpec',
    'unmanagedContainerModel',
  ]) {
    if (job[field] !== undefined) throw invalid(`${field} is not supported for Gemini batch prediction.`);
  }
}

function readInput(input: InputConfig): InputSpec {
  const { instancesFormat, gcsSource, bigquerySource } = input;
  if (input.vertexMultimodalDatasetSource !== undefined) throw notEmulated('vertexMultimodalDatasetSource');
  assertOneOf(input, ['gcsSource', 'bigquerySource'], 'inputConfig');
  if (bigquerySource !== undefined) {
    const uri = bigquerySource.inputUri ?? '';
    if (uri === '') throw missing('inputConfig.bigquerySource.inputUri');
    assertFormat('inputConfig.instancesFormat', instancesFormat, { place: 'bigquerySource', only: 'bigquery' });
    return { kind: 'table', uri, name: readInputTable(uri) };
  }
  const uris = gcsSource?.uris ?? [];
  if (uris.length === 0) throw missing('inputConfig.gcsSource.uris');
  assertFormat('inputConfig.instancesFormat', instancesFormat, { place: 'gcsSource', only: 'jsonl' });
  return { kind: 'files', uris };
}

function readOutput(output: OutputConfig): OutputSpec {
  const { predictionsFormat, gcsDestination, bigqueryDestination } = output;
  if (output.vertexMultimodalDatasetDestination !== undefined) throw notEmulated('vertexMultimodalDatasetDestination');
  assertOneOf(output, ['gcsDestination', 'bigqueryDestination'], 'outputConfig');
  if (bigqueryDestination !== undefined) {
    const uri = bigqueryDestination.outputUri ?? '';
    if (uri === '') throw missing('outputConfig.bigqueryDestination.outputUri');
    assertFormat('outputConfig.predictionsFormat', predictionsFormat, {
      place: 'bigqueryDestination',
      only: 'bigquery',
    });
    return { kind: 'table', uri: readOutputUri(uri) };
  }
  const prefix = gcsDestination?.outputUriPrefix ?? '';
  if (prefix === '') throw missing('outputConfig.gcsDestination.outputUriPrefix');
  assertFormat('outputConfig.predictionsFormat', predictionsFormat, { place: 'gcsDestination', only: 'jsonl' });
  return { kind: 'files', prefix };
}

function assertOneOf(config: object, names: readonly string[], parent: string): void {
  const given = names.filter((name) => name in config);
  if (given.length > 1) throw invalid(`Only one of ${given.join(' and ')} may be set in ${parent}.`);
}

function assertFormat(path: string, format: string | undefined, wanted: { place: string; only: string }): void {
  if (format === undefined) throw missing(path);
  if (format === wanted.only) return;
  const field = path.slice(path.indexOf('.') + 1);
  throw invalid(`${field} "${format}" does not fit ${wanted.place}, which takes "${wanted.only}".`);
}

function notEmulated(field: string): GoogleError {
  return new GoogleError(
    'UNIMPLEMENTED',
    `${field} is not emulated: this emulator reads and writes Cloud Storage and BigQuery's tables.`,
  );
}
