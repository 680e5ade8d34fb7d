import type { Catalog, TableName } from '../bigquery/catalog';
import { tableId } from '../bigquery/catalog';
import { toCellRow } from '../bigquery/cells';
import type { SegmentWriter } from '../bigquery/table-rows';
import type { TableColumn } from '../bigquery/table-schema';
import type { BigQueryBehaviour, Scenario } from '../scenario';
import { JobFailure } from './job-failure';
import type { ImportedInput } from './job-input';
import type { JobOutput } from './job-output';
import { datasetProblem } from './table-location';
import type { OutputUri } from './table-uri';
import { toTableUri } from './table-uri';
import { writeDenied } from './write-denied';

interface TableOutputOptions {
  readonly catalog: Catalog;
  readonly uri: OutputUri;
  /** The job's. */
  readonly location: string;
  /** `2026-09-02T20:06:30.166Z`, for names that the service makes. */
  readonly timestamp: string;
  readonly scenario: Scenario;
}

/** A table that gets its rows when the job ends: the input's columns, `response` and `status`. */
export class TableOutput implements JobOutput {
  readonly #options: TableOutputOptions;
  readonly #behaviour: BigQueryBehaviour;
  readonly #name: TableName;
  #columns: readonly TableColumn[] = [];
  #writer: SegmentWriter | undefined;

  constructor(options: TableOutputOptions) {
    this.#options = options;
    this.#behaviour = options.scenario.bigquery ?? {};
    this.#name = nameOf(options.uri, options.timestamp);
  }

  get place(): string {
    return `bq://${this.#name.project}.${this.#name.dataset}`;
  }

  get info(): Readonly<Record<string, string>> {
    return { bigqueryOutputDataset: this.place, bigqueryOutputTable: this.#name.table };
  }

  /** The one capture of a dataset that wasn't there says "Failed to export data", so nothing is looked at before. */
  locate(): void {}

  open(input: ImportedInput): void {
    const standing = this.#options.catalog.findTable(this.#name);
    if (standing !== undefined && this.#behaviour.existingTable !== 'appended') {
      throw new JobFailure(9, `Already Exists: Table ${tableId(this.#name)}`);
    }
    const columns = [...input.columns, ...ownColumns(this.#behaviour)];
    this.#columns = standing === undefined ? columns : withMissing(standing.columns, columns);
    this.#writer = this.#options.catalog.writer(this.#columns.length);
  }

  get isFull(): boolean {
    return this.#writer?.isFull ?? false;
  }

  add(line: string): void {
    const row = JSON.parse(line) as Record<string, unknown>;
    const fitting = this.#columns.map(({ name, type }) => [name, type === 'STRING' ? asText(row[name]) : row[name]]);
    this.#writer?.add(
      toCellRow(Object.fromEntries(fitting), this.#columns, { json: 'value', ignoreUnknownValues: true }),
    );
  }

  async flush(): Promise<void> {
    await this.#writer?.flush();
  }

  async commit(): Promise<readonly string[]> {
    if (this.#writer === undefined) return [];
    try {
      this.#assertWritable();
    } catch (error) {
      await this.#writer.abort();
      throw error;
    }
    const { catalog } = this.#options;
    const standing = catalog.findTable(this.#name);
    if (standing === undefined) catalog.createTable(this.#name, this.#columns);
    else catalog.describeTable(this.#name, { columns: this.#columns });
    catalog.addRows(this.#name, await this.#writer.close());
    return [toTableUri(this.#name)];
  }

  #assertWritable(): void {
    const { catalog, uri, location, scenario } = this.#options;
    if (scenario.output?.denied === true) throw writeDenied('bigquery.tables.create', toTableUri(this.#name));
    if (uri.dataset === undefined && catalog.findDataset(this.#name) === undefined) {
      catalog.createDataset(this.#name, location === 'global' ? 'US' : location);
      return;
    }
    const problem = datasetProblem(catalog, this.#name, location, this.#behaviour);
    if (problem !== undefined) throw new JobFailure(13, `Failed to export data. ${problem}`);
  }
}

/** The form of the time stamp is that of the protocol definition, which doesn't speak of Gemini; `model` is what files get. */
function nameOf({ project, dataset, table }: OutputUri, timestamp: string): TableName {
  const compatible = timestamp.replaceAll(/[-:.]/g, '_');
  return {
    project,
    dataset: dataset ?? `prediction_model_${compatible}`,
    table: table ?? `predictions_${compatible}`,
  };
}

function ownColumns({ processedTime }: BigQueryBehaviour): readonly TableColumn[] {
  return [
    { name: 'response', type: 'JSON', mode: 'NULLABLE' },
    { name: 'status', type: 'STRING', mode: 'NULLABLE' },
    ...(processedTime === true ? [{ name: 'processed_time', type: 'TIMESTAMP', mode: 'NULLABLE' } as const] : []),
  ];
}

/** A table that is appended to gets the columns that it hasn't yet. */
function withMissing(standing: readonly TableColumn[], wanted: readonly TableColumn[]): readonly TableColumn[] {
  const names = new Set(standing.map(({ name }) => name.toLowerCase()));
  return [...standing, ...wanted.filter(({ name }) => !names.has(name.toLowerCase()))];
}

function asText(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
