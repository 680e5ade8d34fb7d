import type { AnswerRow } from '../../src/emulator';
import type { Summary } from './summaries';

/** A modest stand-in for a model: a README's heading and first sentence say what it is about. Other rows get the emulator's answer. */
export function modestModel({ key, package: name, request }: AnswerRow): Summary | undefined {
  if (typeof key !== 'string' || !key.startsWith('readme/')) return undefined;
  const text = textOf(request).split('\n').slice(2).join('\n');
  const words = proseOf(text);
  return {
    title:
      /^#+\s+(.+)$/m
        .exec(text)?.[1]
        ?.replaceAll(/[`*_[\]]|\(.*?\)/g, '')
        .trim() || String(name),
    summary: /^.{20,240}?[.!?。](?=\s|$)/su.exec(words)?.[0] ?? words.slice(0, 160),
    topics: [...new Set(words.toLowerCase().match(/\p{L}{6,}/gu) ?? [])].slice(0, 3),
  };
}

function textOf(request: AnswerRow['request']): string {
  const [content] = request['contents'] as readonly { readonly parts: readonly { readonly text?: string }[] }[];
  return content?.parts[0]?.text ?? '';
}

/** Paragraphs without code, tables, headings, badges and markup. */
function proseOf(markdown: string): string {
  return markdown
    .replaceAll(/```[\s\S]*?(```|$)|<[^>]*>|^(#|\||>|[-=*]{3}).*$/gm, ' ')
    .replaceAll(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])|^\[.*?\]:.*$/gm, ' ')
    .replaceAll(/\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replaceAll(/[`*_]|https?:\S+|\[\s*\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
