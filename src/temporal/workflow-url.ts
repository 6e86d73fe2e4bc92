/** A workflow's page in the Temporal UI; null where the UI's address is not known, or there is no workflow. */
export function workflowUrl(
  { uiUrl, namespace }: { uiUrl?: string | undefined; namespace: string },
  workflowId: string | null,
): string | null {
  if (workflowId === null || uiUrl === undefined) return null
  return `${uiUrl.replace(/\/$/, '')}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`
}
