import { validateInput, writeRequests, type RequestRow } from 'temporal-vertex-batch/input';

export interface Book {
  readonly id: string;
  readonly title: string;
}

/** A row of the input. */
export function promptFor({ id, title }: Book): RequestRow {
  const text = `Summarise ${title} in three sentences.`;
  return { key: id, request: { contents: [{ role: 'user', parts: [{ text }] }] } };
}

/** What is wrong with the rows that these books come to, found before anything is uploaded. */
export async function problemsOf(books: readonly Book[]): Promise<string[]> {
  const { problems } = await validateInput(books.map(promptFor), { keyField: 'key' });
  return problems.map(({ line, path, message }) => `row ${line}, ${path}: ${message}`);
}

/** Writes them to a file or to gs://, all of them or, where one is at fault, none. */
export async function writePrompts(books: Iterable<Book>, place: string): Promise<number> {
  const { rows } = await writeRequests(place, Array.from(books, promptFor));
  return rows;
}
