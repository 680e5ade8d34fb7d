import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttribute } from '../domain/search-attributes';

/** The search attributes of a run, as Temporal has them. */
export class Searchable {
  readonly #set = new Map<SearchAttribute, string>();

  /** Sets those of `names` that differ; at most one event. */
  show(names: readonly SearchAttribute[], values: Readonly<Record<SearchAttribute, string | null>>): void {
    const changed = names.filter((name) => values[name] !== (this.#set.get(name) ?? null));
    if (changed.length === 0) return;
    for (const name of changed) {
      const value = values[name];
      if (value === null) this.#set.delete(name);
      else this.#set.set(name, value);
    }
    upsertSearchAttributes(
      changed.map((name) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value: values[name],
      })),
    );
  }
}
