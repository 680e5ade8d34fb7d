/** A call of an API: its method, the segments of its path, and who answers. */
export interface Route<Handler> {
  readonly method: string;
  /** A segment that begins with a colon stands for any, and gives it a name. */
  readonly pattern: readonly string[];
  readonly handler: Handler;
  /** What the caller needs; null for what anybody may ask. */
  readonly permission: string | null;
}

export interface FoundRoute<Handler> extends Pick<Route<Handler>, 'handler' | 'permission'> {
  readonly path: Readonly<Record<string, string>>;
}

export function route<Handler>(methodAndPattern: string, handler: Handler, permission: string | null): Route<Handler> {
  const [method = '', pattern = ''] = methodAndPattern.split(' ');
  return { method, pattern: pattern.split('/'), handler, permission };
}

/**
 * The first route that fits. Segments are decoded one by one, so that a slash in an object's name doesn't divide it.
 * @throws what `malformed` makes of a segment that can't be decoded
 */
export function findRoute<Handler>(
  routes: readonly Route<Handler>[],
  method: string,
  segments: readonly string[],
  malformed: (segment: string) => Error,
): FoundRoute<Handler> | undefined {
  for (const { method: routeMethod, pattern, handler, permission } of routes) {
    const path = routeMethod === method ? pathOf(pattern, segments, malformed) : undefined;
    if (path !== undefined) return { handler, path, permission };
  }
  return undefined;
}

function pathOf(
  pattern: readonly string[],
  segments: readonly string[],
  malformed: (segment: string) => Error,
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index]!;
    if (expected.startsWith(':')) path[expected.slice(1)] = decoded(segment, malformed);
    else if (expected !== segment) return undefined;
  }
  return path;
}

/** A segment of a path as it was meant. */
export function decoded(segment: string, malformed: (segment: string) => Error): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw malformed(segment);
  }
}
