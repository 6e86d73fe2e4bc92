export function isInstalled(folder: string): boolean
export function install(...folders: string[]): Promise<void>
