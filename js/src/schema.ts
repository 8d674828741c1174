// From an app's schema, as it is written in TypeScript, to the types of its records.

import type { messagingSchema } from "./generated/messagingSchema";
import type { ColumnType, Schema } from "./generated/waist";
import type { ConversationColumns } from "./messaging";
import type { Row } from "./row";

/**
 * A schema that may be written `as const`; see {@link Schema}.
 *
 * @example
 * ```ts
 * const schema = {
 *   collections: [
 *     {
 *       name: "tasks",
 *       columns: [
 *         { name: "title", type: "text" },
 *         { name: "done", type: "boolean", optional: true },
 *       ],
 *     },
 *   ],
 * } as const satisfies SchemaShape;
 * ```
 */
export type SchemaShape = DeepReadonly<Schema>;

/**
 * For each collection, by name, the columns of its records. {@link CollectionsOf} makes it from
 * a schema; hooks take it as a type argument.
 */
export type Collections = Record<string, object>;

/**
 * The columns of every collection of a schema, as types.
 *
 * @typeParam S - the type of the schema
 *
 * @example
 * ```ts
 * const schema = {
 *   collections: [{ name: "tasks", columns: [{ name: "title", type: "text" }] }],
 * } as const satisfies SchemaShape;
 * type AppCollections = CollectionsOf<typeof schema>;
 * const task: AppCollections["tasks"] = { title: "Caulk the hull" };
 * ```
 */
export type CollectionsOf<S extends SchemaShape> = {
  [C in S["collections"][number] as C["name"]]: ColumnsOf<C["columns"][number]>;
};

/** The columns of a record of collection `N`. */
export type ValuesOf<C extends Collections, N extends keyof C> = C[N];

/**
 * A record of collection `N` as it is shown.
 *
 * @example
 * ```ts
 * const byTitle = (one: RowOf<MessagingCollections, "conversations">) => one.title;
 * ```
 */
export type RowOf<C extends Collections, N extends keyof C> = Pick<Row, "id" | "delivery"> &
  Readonly<C[N]>;

interface ColumnShape {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional?: boolean;
}

type ColumnsOf<K extends ColumnShape> = {
  [Column in K as IsOptional<Column> extends true ? never : Column["name"]]: ValueOf<Column>;
} & {
  [
    Column in K as IsOptional<Column> extends true ? Column["name"] : never
  ]?: ValueOf<Column> | null;
};

type ValueOf<K extends ColumnShape> = K extends MemberIds
  ? ConversationColumns["memberIds"]
  : ValueTypes[K["type"]];

/** The one column whose JSON the package itself knows. */
type MemberIds = Extract<
  (typeof messagingSchema)["collections"][number]["columns"][number],
  { readonly name: "memberIds" }
>;

type IsOptional<K extends ColumnShape> = K extends { readonly optional: true } ? true : false;

interface ValueTypes {
  text: string;
  integer: number;
  real: number;
  boolean: boolean;
  // Whatever JSON can say: the app knows better than a type of ours could.
  json: unknown;
}

type DeepReadonly<T> =
  T extends ReadonlyArray<infer Element>
    ? ReadonlyArray<DeepReadonly<Element>>
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;
