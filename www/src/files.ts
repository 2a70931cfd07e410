// What was dropped or chosen, as files with paths; folders are walked.

export interface Given {
  /** Path as dropped, `/` between folders. */
  path: string;
  file: File;
}

/** Files of a file field; a folder field gives paths. */
export function fromList(list: Iterable<File>): Given[] {
  const given = [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return given.some(({ file }) => file.webkitRelativePath) ? inOrder(given) : given;
}

/** Files of a folder by their names, level by level, as the command line takes them; browsers have orders of their own. */
function inOrder(given: Given[]): Given[] {
  const key = ({ path }: Given) => path.replaceAll("/", "\0");
  return given.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Files of a drop. Must be called in the event itself: the browser forgets the items afterwards. */
export async function fromDrop(transfer: DataTransfer): Promise<Given[]> {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const plain = fromList(transfer.files);
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.length === 0 || entries.some((entry) => entry === null)) return plain;
  const found = await Promise.all(entries.map((entry) => walk(entry!)));
  return found.flat();
}

async function walk(entry: FileSystemEntry): Promise<Given[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Given[] = [];
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    for (const inside of batch) found.push(...(await walk(inside)));
  }
  return inOrder(found);
}
