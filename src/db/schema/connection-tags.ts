/** The tags of connections, by which they are listed. */
export interface ConnectionTagsTable {
  workspace_id: string
  tag: string
  connection_id: string
}
