import { readErrors, readResults } from 'temporal-vertex-batch/results';
import { z } from 'zod';

const Summary = z.object({ title: z.string(), sentences: z.array(z.string()) });

/** @param place a run's directory, its manifest, or what `vertex-batch collect` wrote */
async function main(place: string): Promise<void> {
  for await (const { key, output } of readResults(place, { schema: Summary })) console.log(key, output.title);
  for await (const { key, error } of readErrors(place)) console.log(key, error.status, error.message);
}

void main(process.argv[2] ?? 'answers/');
