// Which replies were pasted, which are missing or not whole, and the commands that get them.

export interface Gap {
  operation: string;
  /** `missing`: not there; `incomplete`: a page of several. */
  kind: "missing" | "incomplete";
  command: string;
}

type Reply = Record<string, unknown>;

const isObject = (value: unknown): value is Reply =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What an instance is judged by, and the list that its reply holds. */
const NEEDED: [operation: string, list: string, entry: string][] = [
  ["DescribeInstances", "Instances", "Instance"],
  ["DescribeDisks", "Disks", "Disk"],
  ["DescribeCloudAssistantStatus", "InstanceCloudAssistantStatusSet", "InstanceCloudAssistantStatus"],
  ["DescribeInstanceRamRole", "InstanceRamRoleSets", "InstanceRamRoleSet"],
];
/** Instances that one call takes. */
const MOST_IDS = 50;

const word = (text: string) => (/^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function commandOf(operation: string, region: string, ids: string[]): string {
  const begin = `aliyun ecs ${operation} --RegionId ${word(region)}`;
  const chunks = Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, at) =>
    ids.slice(at * MOST_IDS, (at + 1) * MOST_IDS),
  );
  switch (operation) {
    case "DescribeDisks":
      return `for id in ${ids.map(word).join(" ")}; do\n  ${begin} --InstanceId "$id" --MaxResults 100\ndone`;
    case "DescribeCloudAssistantStatus":
      return chunks
        .map(
          (chunk) => `${begin}${chunk.map((id, at) => ` --InstanceId.${at + 1} ${word(id)}`).join("")} --MaxResults 50`,
        )
        .join("\n");
    default:
      return chunks.map((chunk) => `${begin} --InstanceIds ${word(JSON.stringify(chunk))}`).join("\n");
  }
}

/** Replies that are missing or not whole. Facts as consnap writes them need none. */
export function gaps(replies: unknown[]): Gap[] {
  const given = replies.filter(isObject).filter((reply) => !("instance_id" in reply));
  const listed = (list: string, entry: string) =>
    given.flatMap((reply) => {
      const entries = (reply[list] as Reply | undefined)?.[entry];
      return Array.isArray(entries) ? entries.filter(isObject) : [];
    });
  const known = NEEDED.flatMap(([, list, entry]) => listed(list, entry));
  const ids = [...new Set(known.map(({ InstanceId: id }) => id).filter((id) => typeof id === "string" && id !== ""))];
  if (ids.length === 0) return [];
  const region = known.map(({ RegionId: name }) => name).find((name) => typeof name === "string") ?? "cn-hangzhou";
  return NEEDED.flatMap(([operation, list, entry]): Gap[] => {
    const pages = given.filter((reply) => list in reply);
    const command = commandOf(operation, region as string, ids as string[]);
    if (pages.length === 0) return [{ operation, kind: "missing", command }];
    const counts = pages.map(({ TotalCount: count }) => (typeof count === "number" ? count : 0));
    const cut = Math.max(...counts) > listed(list, entry).length || !isLast(pages);
    return cut ? [{ operation, kind: "incomplete", command: commandOf(operation, region as string, []) }] : [];
  });
}

/** Whether some page says that none follows it; pages that say nothing of it are whole. */
const isLast = (pages: Reply[]): boolean =>
  pages.some(({ NextToken: token }) => token === undefined || token === null || token === "");
