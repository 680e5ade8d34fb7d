/** What a value in a request may be, as protobuf's JSON mapping takes it. Null is as good as absent, except in lists. */
export type ValueSpec =
  | { readonly kind: 'message'; readonly message: () => MessageSpec }
  | { readonly kind: 'string'; readonly check?: StringCheck }
  | EnumSpec
  /** A JSON number, or a string that holds one; whole and within the bits for `int32` and `int64`. */
  | { readonly kind: NumberKind; readonly range?: NumberRange }
  | { readonly kind: 'boolean' }
  /** Base64 in a string. */
  | { readonly kind: 'bytes' }
  /** `3.5s` */
  | { readonly kind: 'duration' }
  /** Names are the caller's, values are of the kind given. `labels`: the names are those of labels. */
  | { readonly kind: 'map'; readonly value: ValueSpec; readonly labels?: boolean }
  /** An object whose content is the caller's: `google.protobuf.Struct`. */
  | { readonly kind: 'struct' }
  /** Any JSON: `google.protobuf.Value`. */
  | { readonly kind: 'any' };

export type NumberKind = 'int32' | 'int64' | 'float' | 'double';

export interface EnumSpec {
  readonly kind: 'enum';
  readonly values: ReadonlySet<string>;
  /** Protobuf's JSON takes the numbers of the values as well. Empty where they aren't known. */
  readonly numbers: ReadonlySet<number>;
  /** The service takes the names in lower case, too. @default false */
  readonly anyCase?: boolean;
}

/** Further wishes about a string, each the word of the rule that it may break; see `RULE_OF_CHECK` for the others. */
export type StringCheck = 'role' | 'function-name' | 'mime-type' | 'uri' | 'image-size' | 'label';

export interface NumberRange {
  readonly from?: number;
  /** Whether `from` itself is outside. @default false */
  readonly fromExclusive?: boolean;
  readonly to?: number;
  /** Whether `to` itself is outside. @default false */
  readonly toExclusive?: boolean;
}

export interface FieldSpec {
  /** camelCase, as the API documents it. */
  readonly name: string;
  readonly value: ValueSpec;
  /** The value is a list. @default false */
  readonly repeated?: boolean;
  /** A list may also be a single value without brackets. @default false */
  readonly lone?: boolean;
  /** The value must be there; a list and a string (bytes, too) must not be empty. @default false */
  readonly required?: boolean;
  /** Fewest and most elements of a list, else `range`. */
  readonly items?: { readonly from?: number; readonly to?: number };
  /** The rule that is broken when the value is missing or has another JSON type. @default `required`, `shape` */
  readonly rule?: 'contents' | 'parts' | 'part';
  /** A boolean field beside it that must be true when this one is set, else `range`. */
  readonly needs?: string;
  /** The most bytes that it may hold beside a `mimeType` that begins so, else `range`. */
  readonly most?: { readonly bytes: number; readonly mimeType: string };
  /** Why the field can't be used. */
  readonly unsupported?: string;
  /** Where the field is known from, where Google's protos don't have it. */
  readonly source?: string;
}

export interface MessageSpec {
  /** Name of the message in Google's protos, without the package `google.cloud.aiplatform.v1`. */
  readonly name: string;
  /** By camelCase name. */
  readonly fields: ReadonlyMap<string, FieldSpec>;
  readonly oneOfs: readonly OneOf[];
}

/** Fields of which exactly one (or at most one) may be set. */
export interface OneOf {
  readonly fields: readonly string[];
  readonly required: boolean;
  /** The rule that is broken when it doesn't hold. */
  readonly rule: 'part' | 'tool' | 'one-of';
  /** Fields that may stand alone in place of one of the group. */
  readonly unless?: readonly string[];
}
