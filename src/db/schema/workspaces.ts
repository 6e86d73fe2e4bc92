import type { ColumnType, Generated } from 'kysely'

/** One tenant: a product, or one of its environments. */
export interface WorkspacesTable {
  id: string
  name: string
  /** Where the connect flow may send a person back to: exact origins, such as `https://app.example.com`. */
  redirect_origins: string[]
  /** Hosts at private addresses that its connections may lead to: `{ host, networks }`, as JSON. */
  private_hosts: ColumnType<unknown, string | undefined, string>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
