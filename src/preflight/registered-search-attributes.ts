import { SEARCH_ATTRIBUTES, type SearchAttribute } from '../domain/search-attributes';

/** `INDEXED_VALUE_TYPE_KEYWORD` of `temporal.api.enums.v1.IndexedValueType`. */
const KEYWORD = 2;

/** The part of Temporal's operator service that is asked. */
interface OperatorService {
  listSearchAttributes(request: { readonly namespace: string }): Promise<{
    readonly customAttributes?: Readonly<Record<string, number | string>> | null;
  }>;
}

/** Which search attributes of runs a namespace knows, as Keywords. */
export async function registeredSearchAttributes(
  service: OperatorService,
  namespace: string,
): Promise<SearchAttribute[]> {
  const { customAttributes } = await service.listSearchAttributes({ namespace });
  return SEARCH_ATTRIBUTES.filter((name) => customAttributes?.[name] === KEYWORD);
}
