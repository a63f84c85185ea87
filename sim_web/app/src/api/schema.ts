/** Made from the server's OpenAPI document by `python -m scripts.generate`; do not edit. */

/** Every address of the API, so that the app asks for nothing that this server does not have. */
export const PATHS: readonly string[] = [
  "/api/v1/workflows",
  "/api/v1/workflows/{workflow_id}",
  "/api/v1/workflows/{workflow_id}/operations",
  "/api/v1/workflows/{workflow_id}/duplicate",
  "/api/v1/workflows/{workflow_id}/validate",
  "/api/v1/workflows/import",
  "/api/v1/workflows/{workflow_id}/export",
  "/api/v1/folders",
  "/api/v1/folders/{folder_id}",
  "/api/v1/folders/{folder_id}/place",
  "/api/v1/workflows/{workflow_id}/place",
  "/api/v1/files",
  "/api/v1/files/{file_id}",
  "/api/v1/files/{file_id}/content",
  "/api/v1/files/folders/move",
  "/api/v1/files/folders/delete",
  "/api/v1/workflows/{workflow_id}/deployments",
  "/api/v1/workflows/{workflow_id}/deployments/{version}",
  "/api/v1/workflows/{workflow_id}/undeploy",
  "/api/v1/workflows/{workflow_id}/deployments/{version}/promote",
  "/api/v1/workflows/{workflow_id}/execute",
  "/api/v1/runs/figures",
  "/api/v1/runs/{run_id}/document",
  "/api/v1/usage",
  "/api/v1/runs",
  "/api/v1/runs/{run_id}",
  "/api/v1/runs/{run_id}/events",
  "/api/v1/runs/{run_id}/cancel",
  "/api/v1/runs/{run_id}/pauses",
  "/api/v1/runs/{run_id}/resume",
  "/api/v1/runs/{run_id}/replay",
  "/api/v1/runs/{run_id}/retry",
  "/api/v1/blocks",
  "/api/v1/blocks/{type}",
  "/api/v1/integrations",
  "/api/v1/tools",
  "/api/v1/tools/{tool}",
  "/api/v1/models",
  "/api/v1/providers",
  "/api/v1/plugins",
  "/api/v1/secrets",
  "/api/v1/secrets/{name}",
  "/api/v1/model-keys",
  "/api/v1/model-keys/test",
  "/api/v1/model-keys/{name}",
  "/api/v1/instance/model-keys",
  "/api/v1/instance/model-keys/test",
  "/api/v1/instance/model-keys/{name}",
  "/api/v1/credentials",
  "/api/v1/credentials/offers",
  "/api/v1/credentials/connect",
  "/api/v1/credentials/{credential_id}",
  "/api/v1/credentials/connect/{ticket}",
  "/api/v1/credentials/callback",
  "/api/v1/workspaces/{workspace_id}/options",
  "/api/v1/workspaces/{workspace_id}/assist",
  "/api/v1/schedules/upcoming",
  "/api/v1/keys",
  "/api/v1/keys/{key_id}",
  "/api/v1/auth",
  "/api/v1/auth/sign-up",
  "/api/v1/auth/verify",
  "/api/v1/auth/sign-in",
  "/api/v1/auth/codes",
  "/api/v1/auth/sign-in/code",
  "/api/v1/auth/sign-in/second-factor",
  "/api/v1/auth/reset",
  "/api/v1/auth/confirm",
  "/api/v1/auth/sign-out",
  "/api/v1/auth/sign-out/everywhere",
  "/api/v1/auth/providers/{provider}/start",
  "/api/v1/auth/providers/{provider}/callback",
  "/api/v1/auth/passkeys/options",
  "/api/v1/auth/passkeys/sign-in",
  "/api/v1/me/passkeys",
  "/api/v1/me/passkeys/options",
  "/api/v1/me/passkeys/{passkey_id}",
  "/api/v1/me",
  "/api/v1/me/password",
  "/api/v1/me/email",
  "/api/v1/me/sessions",
  "/api/v1/me/sessions/{session_id}",
  "/api/v1/me/totp",
  "/api/v1/me/totp/activate",
  "/api/v1/me/keys",
  "/api/v1/me/keys/{key_id}",
  "/api/v1/me/secrets",
  "/api/v1/me/secrets/{name}",
  "/api/v1/me/credentials",
  "/api/v1/me/credentials/connect",
  "/api/v1/me/credentials/{credential_id}",
  "/api/v1/me/credentials/{credential_id}/shares",
  "/api/v1/me/credentials/{credential_id}/shares/{share_id}",
  "/api/v1/organizations",
  "/api/v1/organizations/{organization_id}",
  "/api/v1/organizations/{organization_id}/restore",
  "/api/v1/organizations/{organization_id}/transfer",
  "/api/v1/organizations/{organization_id}/leave",
  "/api/v1/organizations/{organization_id}/sign-out",
  "/api/v1/organizations/{organization_id}/members",
  "/api/v1/organizations/{organization_id}/members/{user_id}",
  "/api/v1/organizations/{organization_id}/deleted-workspaces",
  "/api/v1/organizations/{organization_id}/deleted-workspaces/{deleted_id}/restore",
  "/api/v1/workspaces",
  "/api/v1/workspaces/{workspace_id}",
  "/api/v1/workspaces/{workspace_id}/members",
  "/api/v1/workspaces/{workspace_id}/members/{user_id}",
  "/api/v1/workspaces/{workspace_id}/leave",
  "/api/v1/organizations/{organization_id}/invitations",
  "/api/v1/organizations/{organization_id}/invitations/{invitation_id}/resend",
  "/api/v1/organizations/{organization_id}/invitations/{invitation_id}",
  "/api/v1/invitations/read",
  "/api/v1/invitations/accept",
  "/api/v1/workspaces/{workspace_id}/audit",
  "/api/v1/organizations/{organization_id}/audit",
  "/api/v1/organizations/{organization_id}/audit/export",
  "/api/v1/addresses",
  "/api/v1/instance/people",
  "/api/v1/instance/people/{user_id}",
  "/api/v1/instance/mail",
  "/api/v1/instance/audit",
  "/api/v1/organizations/{organization_id}/permission-groups",
  "/api/v1/organizations/{organization_id}/permission-groups/{group_id}",
  "/api/v1/realtime/ticket",
  "/api/v1/workflows/{workflow_id}/comments",
  "/api/v1/workflows/{workflow_id}/comments/{comment_id}",
  "/api/v1/workflows/{workflow_id}/comments/{comment_id}/read",
  "/api/v1/workflows/{workflow_id}/people",
  "/api/v1/workflows/{workflow_id}/history",
  "/api/v1/workflows/{workflow_id}/history/{seq}",
  "/api/v1/workflows/{workflow_id}/restore",
  "/health/live",
  "/health/ready",
  "/api/v1/openapi.json",
  "/api/v1/docs",
];

/** What went wrong (RFC 9457). */
export interface ProblemReply {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  instance?: string;
  request_id?: string;
  pointer?: string;
  problems?: Problem[];
  run_id?: string;
  error?: unknown;
  output?: unknown;
}

/** One thing that is wrong, where it is, and what would be right. */
export interface Problem {
  code: string;
  message: string;
  pointer?: string;
  block?: string | null;
  field?: string | null;
  expected?: string | null;
  severity?: string;
  line?: number | null;
  column?: number | null;
}

/** Part of the list of workflows, the newest first. */
export interface WorkflowPage {
  items: WorkflowEntry[];
  next_cursor: string | null;
}

/** A workflow in a list. */
export interface WorkflowEntry {
  id: string;
  name: string;
  description: string;
  folder_id: string | null;
  position: number | null;
  seq: number;
  created_at: string | null;
  updated_at: string | null;
}

/** A workflow to be made: empty, or from a document. */
export interface NewWorkflow {
  name?: string;
  description?: string;
  folder_id?: string | null;
  workflow?: Workflow | null;
}

/** A whole document, keyed by id; a container's subflow has the id of its block. */
export interface Workflow {
  name?: string;
  description?: string;
  blocks?: Record<string, Block>;
  edges?: Record<string, Edge>;
  subflows?: Record<string, Loop | Parallel>;
  variables?: Record<string, Variable>;
}

/** A placed step. */
export interface Block {
  id: string;
  type: string;
  name: string;
  position?: Position;
  values?: Record<string, unknown>;
  enabled?: boolean;
  locked?: boolean;
  advanced?: boolean;
  trigger?: boolean;
  error_port?: boolean;
  retry?: DocumentWorkflowRetry | null;
  timeout_s?: number | null;
  pinned?: Pin | null;
  parent?: string | null;
  size?: [number, number] | null;
  modes?: Record<string, string>;
  extra?: Record<string, unknown>;
}

/** Where a block lies, in canvas pixels; inside a container relative to it. */
export interface Position {
  x?: number;
  y?: number;
}

/** How often a block is tried (2 to 5) and how long it waits between tries (0 to 5,000 ms). */
export interface DocumentWorkflowRetry {
  tries?: number;
  wait_ms?: number;
}

/** An output that stands in for a block while its workflow is being built. */
export interface Pin {
  output?: unknown;
  port?: string | null;
}

/** A connection; handles have the names that the reference product uses. */
export interface Edge {
  id: string;
  source: string;
  target: string;
  source_handle?: string;
  target_handle?: string;
}

/** What a loop container repeats over. */
export interface Loop {
  kind: "loop";
  id: string;
  loop_type?: "do_while" | "for" | "for_each" | "while";
  iterations?: number | string | null;
  collection?: unknown;
  condition?: string;
  language?: "javascript" | "python";
}

/** What a parallel container spreads over; `batch_size` (1 to 20) branches are in flight at once. */
export interface Parallel {
  kind: "parallel";
  id: string;
  parallel_type?: "collection" | "count";
  count?: number | string | null;
  collection?: unknown;
  batch_size?: number;
}

/** A value of the workflow that blocks can read and set. */
export interface Variable {
  id: string;
  name: string;
  type?: "array" | "boolean" | "number" | "object" | "plain" | "string";
  value?: unknown;
}

/** A workflow and where its history stands. */
export interface WorkflowReply {
  id: string;
  name: string;
  description: string;
  folder_id: string | null;
  seq: number;
  created_at: string | null;
  updated_at: string | null;
  workflow: Workflow;
}

/** Changes to a workflow, in order. */
export interface Operations {
  operations: (AddBlocks | RemoveBlocks | MoveBlocks | ReparentBlocks | UpdateBlocks | UpdateValues | AddEdges | RemoveEdges | UpdateSubflow | AddVariables | RemoveVariables | UpdateVariable | UpdateWorkflow)[];
  client_id?: string;
  cseq?: number | null;
  expected_seq?: number | null;
  whole?: boolean;
}

/** Place blocks, with their edges and subflows. */
export interface AddBlocks {
  op: "block.add";
  blocks: Block[];
  edges?: Edge[];
  subflows?: (Loop | Parallel)[];
}

/** Remove blocks with everything inside them and their edges. */
export interface RemoveBlocks {
  op: "block.remove";
  ids: string[];
  edges?: string[];
}

/** Move blocks; touches positions only. */
export interface MoveBlocks {
  op: "block.move";
  items: Move[];
}

/** A block's new position. */
export interface Move {
  id: string;
  x: number;
  y: number;
}

/** Drag blocks into or out of a container. */
export interface ReparentBlocks {
  op: "block.parent";
  items: Reparent[];
}

/** A block's new container and its position in it. */
export interface Reparent {
  id: string;
  parent: string | null;
  x: number;
  y: number;
  drop_edges?: string[];
}

/** Change facts of blocks. */
export interface UpdateBlocks {
  op: "block.update";
  items: BlockChange[];
}

export interface BlockChange {
  id: string;
  set: Record<string, unknown>;
}

/** Change fields of blocks. */
export interface UpdateValues {
  op: "value.update";
  items: ValueChange[];
}

/** One field's new value; `UNSET` as JSON null clears it, `expected` refuses when another value stands there. */
export interface ValueChange {
  block_id: string;
  field: string;
  value?: unknown;
  expected?: unknown;
}

/** Connect blocks. */
export interface AddEdges {
  op: "edge.add";
  edges: Edge[];
}

/** Disconnect blocks. */
export interface RemoveEdges {
  op: "edge.remove";
  ids: string[];
}

/** Change what a container repeats over. */
export interface UpdateSubflow {
  op: "subflow.update";
  id: string;
  set: Record<string, unknown>;
}

/** Add variables. */
export interface AddVariables {
  op: "variable.add";
  variables: Variable[];
}

/** Remove variables. */
export interface RemoveVariables {
  op: "variable.remove";
  ids: string[];
}

/** Change a variable's name, type or value. */
export interface UpdateVariable {
  op: "variable.update";
  id: string;
  set: Record<string, unknown>;
}

/** Change the workflow's name or description. */
export interface UpdateWorkflow {
  op: "workflow.update";
  set: Record<string, unknown>;
}

/** What came of a list of operations; those neither applied nor refused changed nothing. */
export interface Appended {
  seq: number;
  applied?: AppliedOp[];
  outcome?: "applied" | "dup" | "noop" | "refused" | "superseded";
  refusals?: RefusedOp[];
}

/** One operation as it took effect: `index` is its place among those sent, `seq` its place in the history. */
export interface AppliedOp {
  index: number;
  seq: number;
  effective: AddBlocks | RemoveBlocks | MoveBlocks | ReparentBlocks | UpdateBlocks | UpdateValues | AddEdges | RemoveEdges | UpdateSubflow | AddVariables | RemoveVariables | UpdateVariable | UpdateWorkflow;
  ts?: number | null;
  again?: boolean;
}

/** Why one operation was not applied, and what stands there now. */
export interface RefusedOp {
  index: number;
  code: string;
  message: string;
  pointer?: string;
  item?: number;
  now?: unknown;
}

/** How the copy is called. */
export interface Duplicate {
  name?: string;
}

/** Everything that is wrong with a workflow. */
export interface Validation {
  valid: boolean;
  problems: Problem[];
}

/** What came of an import. */
export interface Imported {
  id?: string | null;
  name: string;
  blocks: number;
  edges: number;
  containers: number;
  variables: number;
  unknown_types?: string[];
  problems?: Problem[];
  workflow?: Workflow | null;
}

/** All folders of a workspace, in their order. */
export interface FolderList {
  items: FolderEntry[];
  next_cursor?: string | null;
}

/** A folder of workflows. */
export interface FolderEntry {
  id: string;
  name: string;
  parent_id: string | null;
  position: number | null;
  created_at: string;
}

/** A folder to be made. */
export interface NewFolder {
  name: string;
  parent_id?: string | null;
}

/** How a folder is called. */
export interface ChangeFolder {
  name: string;
}

/** Where something stands. */
export interface Standing {
  folder_id?: string | null;
  before?: string | null;
}

/** Files by their names, and how much there may be. */
export interface FilePage {
  items: FileEntry[];
  next_cursor: string | null;
  folders: FileFolder[];
  used: number;
  quota: number;
  max_bytes: number;
}

/** A file of a workspace. */
export interface FileEntry {
  id: string;
  folder: string;
  name: string;
  media_type: string;
  size: number;
  digest: string;
  created_at: string;
  updated_at: string;
  updated_by: string | null;
}

/** A folder: it is there as long as something lies in it. */
export interface FileFolder {
  name: string;
  files: number;
  size: number;
}

/** What a file is called, and where it lies. */
export interface ChangeFile {
  name?: string | null;
  folder?: string | null;
}

/** A folder, and where it goes with all that lies in it. */
export interface MoveFolder {
  folder: string;
  to: string;
}

/** How many files it was. */
export interface FilesTouched {
  files: number;
}

/** A folder that goes with all that lies in it. */
export interface DeleteFolder {
  folder: string;
}

/** A version to be made. */
export interface NewDeployment {
  note?: string;
  durable?: boolean;
}

/** A frozen version of a workflow. */
export interface Version {
  id: string;
  workflow_id: string;
  version: number;
  seq: number;
  digest: string;
  note: string;
  live: boolean;
  durable?: boolean;
  created_by: string | null;
  created_at: string;
  author?: string;
}

/** The versions of a workflow, the newest first. */
export interface VersionList {
  items: Version[];
  next_cursor?: string | null;
}

/** A version with the document that it froze. */
export interface FrozenVersion {
  id: string;
  workflow_id: string;
  version: number;
  seq: number;
  digest: string;
  note: string;
  live: boolean;
  durable?: boolean;
  created_by: string | null;
  created_at: string;
  author?: string;
  workflow: Workflow;
}

/** What a workflow is started with. */
export interface Execute {
  input?: unknown;
  stream?: boolean;
  async?: boolean;
  start?: string | null;
  stop_after?: string | null;
  from_block?: string | null;
  of_run?: string | null;
  select?: string[];
  timeout_s?: number | null;
  durable?: boolean | null;
  priority?: number;
}

/** What a run came to. */
export interface RunResult {
  run_id: string;
  status: string;
  output?: unknown;
  pauses?: string[];
  ms?: number | null;
  url?: string;
}

/** Runs over time. */
export interface Figures {
  since: string;
  until: string;
  step_s: number;
  items: Figure[];
}

/** What the runs that began within one stretch of time come to; stretches without a run are left out. */
export interface Figure {
  at: string;
  runs: number;
  failed: number;
  p50_ms: number | null;
  p95_ms: number | null;
  tokens: number;
  cost: number;
}

/** The document that a run ran, as it was then. */
export interface RunDocument {
  workflow: Workflow;
}

/** What runs come to. */
export interface UsageList {
  of: "everybody" | "you";
  since: string;
  until: string;
  items: Used[];
}

/** What one workflow, model, person or day comes to. */
export interface Used {
  key: string;
  name: string;
  runs: number;
  failed: number;
  tokens_input: number;
  tokens_output: number;
  cost: number;
}

/** Part of the list of runs, the newest first. */
export interface RunPage {
  items: RunEntry[];
  next_cursor: string | null;
}

/** A run in a list. */
export interface RunEntry {
  id: string;
  workflow_id: string;
  status: string;
  trigger: string;
  version?: number | null;
  seq?: number | null;
  parent_id?: string | null;
  created_at?: string | null;
  started_at?: string | null;
  ended_at?: string | null;
  duration_ms?: number | null;
  tokens_input?: number;
  tokens_output?: number;
  cost?: number;
  error?: Failure | null;
  started_by?: Starter | null;
}

/** Why a run did not end well. */
export interface Failure {
  code: string;
  message: string;
  block?: string | null;
  block_name?: string | null;
}

/** The person who started a run, by hand or with a key of theirs. */
export interface Starter {
  id: string;
  name: string;
}

/** A run with its input and output. */
export interface RunReply {
  id: string;
  workflow_id: string;
  status: string;
  trigger: string;
  version?: number | null;
  seq?: number | null;
  parent_id?: string | null;
  created_at?: string | null;
  started_at?: string | null;
  ended_at?: string | null;
  duration_ms?: number | null;
  tokens_input?: number;
  tokens_output?: number;
  cost?: number;
  error?: Failure | null;
  started_by?: Starter | null;
  input?: unknown;
  output?: unknown;
  http_status?: number | null;
  pauses?: PauseReply[];
  repeats?: string | null;
  trace?: Span | null;
}

/** Something a run waits for. */
export interface PauseReply {
  pause: string;
  kind: string;
  block?: string;
  until?: string | null;
  form?: Record<string, unknown>[];
  output?: unknown;
  child?: string | null;
}

/** A run, a step, or an iteration: how it went, and what happened inside. */
export interface Span {
  id: string;
  name: string;
  type: string;
  status?: "cancelled" | "failed" | "finished" | "handled" | "paused" | "running";
  order?: number;
  started_at?: string | null;
  block?: string | null;
  path?: [string, number][];
  ms?: number;
  inputs?: unknown;
  output?: unknown;
  error?: string | null;
  port?: string | null;
  tries?: number;
  usage?: Usage | null;
  cost?: Cost | null;
  stdout?: string;
  child?: string | null;
  pause?: string | null;
  pinned?: boolean;
  line?: number | null;
  children?: Span[];
}

/** Tokens of one request; `input` counts the cached ones too, `output` the thinking ones. */
export interface Usage {
  kind: "usage";
  input?: number;
  output?: number;
  cached?: number;
  cache_write?: number;
  thinking?: number;
}

/** USD. */
export interface Cost {
  input?: number;
  output?: number;
  total?: number;
}

/** What a run waits for. */
export interface PauseList {
  items: PauseReply[];
}

/** The answer to a pause. */
export interface Resume {
  pause?: string;
  input?: Record<string, unknown>;
  stream?: boolean;
  wait?: boolean;
}

/** What is to be different this time. */
export interface Replay {
  from_block?: string | null;
  input?: unknown;
  values?: Record<string, Record<string, unknown>>;
  document?: "draft" | "live" | "run";
  stream?: boolean;
  async?: boolean;
  stop_after?: string | null;
  timeout_s?: number | null;
  durable?: boolean | null;
  priority?: number;
}

/** How the answer is given. */
export interface RestAgainRetry {
  stream?: boolean;
  async?: boolean;
}

/** Block types, integrations among them. */
export interface BlockList {
  items: BlockFacts[];
}

/** A block type in one major version. */
export interface BlockFacts {
  id: string;
  type: string;
  title: string;
  doc: string;
  version?: number;
  category?: string;
  container?: string;
  color?: string;
  icon?: string;
  retryable?: boolean;
  runs?: boolean;
  ports?: string[] | null;
  form?: FormField[];
  outputs?: OutputField[];
  aliases?: string[];
  migrates_from?: number[];
}

/** One field as the canvas shows it. */
export interface FormField {
  name: string;
  title: string;
  kind: string;
  type?: string;
  doc?: string;
  required?: boolean;
  default?: unknown;
  language?: string;
  options?: Option[];
  options_tool?: string;
  options_value?: string;
  options_label?: string;
  placeholder?: string;
  least?: number | null;
  most?: number | null;
  step?: number | null;
  min_length?: number | null;
  max_length?: number | null;
  pattern?: string;
  rows?: number;
  columns?: string[];
  column_types?: string[];
  accept?: string;
  fields?: FormField[];
  shown_if?: Shown[];
  depends_on?: string[];
  advanced?: boolean;
  secret?: boolean;
  only_user?: boolean;
  only_model?: boolean;
  prompted?: boolean;
  verbatim?: boolean;
  assisted?: boolean;
}

/** One entry of a list to choose from. */
export interface Option {
  value: unknown;
  label: string;
}

/** A field is shown only while another holds one of these values. */
export interface Shown {
  field: string;
  values: unknown[];
}

/** One name that a reference can go on with; of a list, `fields` are those of its items. */
export interface OutputField {
  name: string;
  type?: string;
  doc?: string;
  items?: string;
  fields?: OutputField[];
  shown_if?: Shown[];
}

/** Outside services, each with its tools. */
export interface IntegrationList {
  items: IntegrationFacts[];
}

/** An outside service. */
export interface IntegrationFacts {
  id: string;
  title: string;
  doc?: string;
  docs_url?: string;
  color?: string;
  base_url?: string;
  hosts?: string[];
  auth?: WayFacts[];
  tools?: ToolFacts[];
}

/** One way to authenticate, and the secrets it needs by name. */
export interface WayFacts {
  kind: string;
  secrets?: string[];
  provider?: string;
  scopes?: string[];
  fields?: FormField[];
}

/** One tool; its form is that of the integration's block for its operation. */
export interface ToolFacts {
  id: string;
  title: string;
  doc: string;
  operation: string;
  method?: string;
  path?: string;
  once?: boolean;
  schema?: Record<string, unknown>;
  outputs?: OutputField[];
}

/** Tools of all integrations. */
export interface ToolList {
  items: ToolFacts[];
}

/** Models of all providers. */
export interface ModelList {
  items: ListedModel[];
}

/** A model and its vendor. */
export interface ListedModel {
  name: string;
  provider: string;
  model: Model;
}

/** A model: what fits in, what it can, what it costs (USD for a million tokens). */
export interface Model {
  id: string;
  title?: string;
  window?: number;
  reply?: number;
  tools?: boolean;
  vision?: boolean;
  files?: boolean;
  audio?: boolean;
  structured?: boolean;
  caching?: boolean;
  efforts?: string[];
  temperature?: boolean;
  forced?: boolean;
  thinking?: "" | "always" | "asked" | "budget" | "effort";
  unthinking?: string;
  input_price?: number | null;
  cached_price?: number | null;
  cache_write_price?: number | null;
  output_price?: number | null;
  tiers?: Tier[];
  deprecated?: boolean;
  retires?: string;
}

/** Other prices for a request whose input is longer than `above` tokens. */
export interface Tier {
  above: number;
  input_price: number;
  output_price: number;
  cached_price?: number | null;
  cache_write_price?: number | null;
}

/** Vendors of models. */
export interface ProviderList {
  items: ProviderFacts[];
}

/** A vendor of models. */
export interface ProviderFacts {
  id: string;
  title: string;
  doc?: string;
  docs_url?: string;
  base_url?: string;
  base_url_setting?: string;
  auth?: WayFacts[];
  open_models?: boolean;
  keyless?: boolean;
  prefixes?: string[];
  models?: Model[];
}

/** Installed plugins, and what is wrong with any. */
export interface PluginList {
  items: PluginEntry[];
  problems: PluginProblem[];
}

/** An installed plugin. */
export interface PluginEntry {
  plugin: string;
  package: string;
  version: string;
  origin: "address" | "built_in" | "file" | "index";
  place?: string;
  blocks?: string[];
  integrations?: string[];
  providers?: string[];
  tools?: number;
}

/** What is wrong with a plugin; an error means that something of it is not offered. */
export interface PluginProblem {
  plugin: string;
  package: string;
  code: string;
  message: string;
  severity?: string;
}

/** The secrets of the workspace, by name. */
export interface SecretList {
  items: SecretName[];
  next_cursor?: string | null;
}

/** A secret without its value. */
export interface SecretName {
  name: string;
  created_at: string;
  updated_at: string;
  updated_by: string | null;
}

/** A secret's value. */
export interface NewSecret {
  value: string;
}

/** A `.env` file. */
export interface Pasted {
  text: string;
}

/** What came of each line. */
export interface PastedSecrets {
  items: PastedLine[];
  next_cursor?: string | null;
}

/** What came of one line. */
export interface PastedLine {
  line: number;
  name: string;
  status: "changed" | "empty" | "new" | "overridden";
}

/** The vendors that are installed. */
export interface VendorKeyList {
  items: VendorKeys[];
  next_cursor?: string | null;
}

/** A vendor, with its keys in their order. */
export interface VendorKeys {
  provider: string;
  title: string;
  doc: string;
  models: number;
  keyless: boolean;
  in_order: boolean;
  keys: ModelKey[];
  address_name: string;
  address: string;
  has_address: boolean;
  of_instance: number;
}

/** A key without its value, and what became of it. */
export interface ModelKey {
  name: string;
  added_at: string;
  added_by: string | null;
  used_at: string | null;
  refused_with: number;
  rests_until: string | null;
}

/** A key, or with `name` what takes the place of one, or the vendor's address. */
export interface NewModelKey {
  provider: string;
  value: string;
  name?: string;
}

/** Where the key was put. */
export interface AddedKey {
  name: string;
}

/** In which order a vendor's keys are, all of them, and whether they are asked in it. */
export interface KeysInOrder {
  provider: string;
  names?: string[];
  in_order?: boolean | null;
}

/** A key that is there. */
export interface NamedKey {
  provider: string;
  name: string;
}

/** What a vendor said to a key. */
export interface Tried {
  outcome: "busy" | "failed" | "no_quota" | "refused" | "unreachable" | "valid";
  words: string;
}

/** Credentials, by service and name. */
export interface CredentialList {
  items: CredentialEntry[];
  next_cursor?: string | null;
}

/** A connection to a service, without its values. */
export interface CredentialEntry {
  id: string;
  provider: string;
  kind: string;
  name: string;
  status: "needs_reconnect" | "ok";
  problem?: string;
  of: "person" | "workspace";
  owner?: string;
  user_id?: string;
  role: "manage" | "use";
  facts?: Record<string, unknown>;
  expires_at?: string | null;
  created_at: string;
  updated_at: string;
}

/** A connection to a service. */
export interface NewCredential {
  provider: string;
  kind: "api_key" | "aws_keys" | "basic" | "bearer" | "connection" | "oauth";
  name: string;
  values: Record<string, string>;
  expires_at?: string | null;
}

/** The services whose accounts can be connected. */
export interface OfferList {
  items: RestCredentialsOffer[];
  next_cursor?: string | null;
}

/** A service whose accounts can be connected, and what is still to be set up for it. */
export interface RestCredentialsOffer {
  integration: string;
  title: string;
  scopes: string[];
  is_ready: boolean;
  settings: [string, string];
  redirect_uri: string;
}

/** An account that is to be connected. */
export interface Connect {
  integration: string;
  name?: string;
  credential_id?: string;
  to?: string;
}

/** Where the browser goes to grant access, within ten minutes. */
export interface Begin {
  url: string;
}

/** What is to be different. */
export interface ChangeCredential {
  name?: string | null;
  values?: Record<string, string> | null;
}

/** What became of a credential that was deleted. */
export interface Parted {
  at_service: "failed" | "kept" | "nothing" | "revoked";
  message: string;
}

/** Of which field the options are wanted, and what else its form holds. */
export interface OptionsWanted {
  block?: string;
  tool?: string;
  field: string;
  values?: Record<string, unknown>;
  credential?: string;
  search?: string;
  cursor?: string;
  refresh?: boolean;
}

/** What can be chosen; `next_cursor` brings more. */
export interface Choices {
  items: Offered[];
  next_cursor?: string | null;
}

/** One thing to choose. */
export interface Offered {
  value: unknown;
  label: string;
  detail?: string;
}

/** Which field is to be written, and how a person describes what belongs there. */
export interface AssistWanted {
  block?: string;
  tool?: string;
  field: string;
  words: string;
  current?: string;
  values?: Record<string, unknown>;
  references?: string[];
  model?: string;
  workflow_id?: string;
}

/** Of which schedule the next times are wanted. */
export interface UpcomingWanted {
  schedule: Schedule;
  after?: string | null;
  count?: number;
}

export interface Schedule {
  repeat?: "cron" | "daily" | "hours" | "minutes" | "monthly" | "weekly";
  every?: number;
  minute?: number;
  at?: string;
  days?: ("fri" | "mon" | "sat" | "sun" | "thu" | "tue" | "wed")[];
  day?: number;
  cron?: string;
  timezone?: string;
}

/** The next times of a schedule. */
export interface Upcoming {
  items: string[];
  timezone: string;
}

/** The keys of the workspace. */
export interface RestKeysKeyList {
  items: Key[];
  next_cursor?: string | null;
}

/** A key without its secret part. */
export interface Key {
  id: string;
  user_id: string;
  workspace_id: string | null;
  name: string;
  prefix: string;
  scopes: ("admin" | "read" | "run" | "write")[];
  created_at: string;
  expires_at?: string | null;
  used_at?: string | null;
}

/** A key to be made. */
export interface NewApiKey {
  name: string;
  scopes?: ("admin" | "read" | "run" | "write")[];
  expires_at?: string | null;
}

/** A key that was just made. */
export interface FreshKey {
  id: string;
  name: string;
  scopes: ("admin" | "read" | "run" | "write")[];
  key: string;
  expires_at?: string | null;
}

/** What a sign-in page has to know. */
export interface AuthFacts {
  signup: "closed" | "invite" | "open";
  is_fresh: boolean;
  sends_mail: boolean;
  is_signed_in: boolean;
  passkeys_at: string;
  providers: string[];
}

/** A new account. */
export interface SignUp {
  email: string;
  password: string;
  name: string;
  invitation?: string;
}

/** How far one has come. */
export interface SignedIn {
  status: "code_sent" | "second_factor" | "signed_in";
  ticket?: string;
  user_id?: string;
  workspace_id?: string;
}

/** The code that was sent to a new account's address. */
export interface Verify {
  ticket: string;
  code: string;
}

/** An address and a password. */
export interface SignIn {
  email: string;
  password: string;
  restore?: boolean;
}

/** Where a code is sent. */
export interface AskCode {
  email: string;
  purpose?: "login" | "reset";
}

/** An address and the code that was sent to it. */
export interface SignInWithCode {
  email: string;
  code: string;
  restore?: boolean;
}

/** A new password, with the code that was sent. */
export interface Reset {
  email: string;
  code: string;
  password: string;
}

/** The password again, or a code of the authenticator app, or a passkey. */
export interface Confirm {
  password?: string;
  code?: string;
  ticket?: string;
  credential?: Record<string, unknown>;
}

/** What the browser is asked for. */
export interface Options {
  ticket: string;
  options: Record<string, unknown>;
}

/** The passkey that the browser shows. */
export interface ShowPasskey {
  ticket: string;
  credential: Record<string, unknown>;
  restore?: boolean;
}

/** Your passkeys. */
export interface PasskeyList {
  items: Passkey[];
  next_cursor?: string | null;
}

/** A passkey as its owner sees it. */
export interface Passkey {
  id: string;
  name: string;
  backed_up: boolean;
  aaguid: string;
  created_at: string;
  used_at: string | null;
}

/** The passkey that the browser made. */
export interface NewPasskey {
  ticket: string;
  credential: Record<string, unknown>;
  name?: string;
}

/** What it is called. */
export interface RenamePasskey {
  name: string;
}

/** Who is asking. */
export interface Me {
  id: string;
  name: string;
  email: string;
  is_operator: boolean;
  has_password: boolean;
  has_second_factor: boolean;
  scopes: ("admin" | "read" | "run" | "write")[];
  workspaces: Record<string, "admin" | "read" | "write">;
  organizations: Record<string, "admin" | "member" | "owner">;
  session_id: string | null;
  key_id: string | null;
}

/** How you are called. */
export interface ChangeMe {
  name: string;
}

/** When the account goes for good. */
export interface Leaving {
  delete_after: string;
}

/** Your next password. */
export interface NewPassword {
  password: string;
}

/** Your next address; without a code, one is sent to it. */
export interface NewEmail {
  email: string;
  code?: string;
}

/** Where you are signed in. */
export interface SessionList {
  items: SessionEntry[];
  next_cursor?: string | null;
}

/** A browser that is signed in. */
export interface SessionEntry {
  id: string;
  way: string;
  address: string;
  agent: string;
  created_at: string;
  seen_at: string;
  expires_at: string;
  current?: boolean;
}

/** What an authenticator app takes, and the recovery codes; shown this once. */
export interface Enrolment {
  secret: string;
  url: string;
  recovery_codes: string[];
}

/** A code of the authenticator app. */
export interface TotpCode {
  code: string;
}

/** Your own keys. */
export interface RestMeKeyList {
  items: Key[];
  next_cursor?: string | null;
}

/** An account of yours that is to be connected. */
export interface ConnectMine {
  integration: string;
  name?: string;
  credential_id?: string;
  to?: string;
  workspace_id?: string;
}

/** With whom a credential is shared. */
export interface ShareList {
  items: Share[];
  next_cursor?: string | null;
}

/** A person, or everybody in a workspace, who may use or manage a credential. */
export interface Share {
  id: string;
  user_id?: string | null;
  workspace_id?: string | null;
  name?: string;
  email?: string;
  role: "manage" | "use";
  created_at: string;
}

/** With whom a credential is shared: one person, or everybody in a workspace. */
export interface NewShare {
  user_id?: string;
  workspace_id?: string;
  role?: "manage" | "use";
}

/** The organizations that you are a member of. */
export interface OrganizationList {
  items: Organization[];
  next_cursor?: string | null;
}

/** People and workspaces that belong together. */
export interface Organization {
  id: string;
  name: string;
  role: "admin" | "member" | "owner";
  policy?: Policy;
  created_at: string;
  delete_after?: string | null;
}

/** What an organization asks of its members' sessions. */
export interface Policy {
  idle_hours?: number | null;
  max_hours?: number | null;
}

/** An organization to be made. */
export interface NewOrganization {
  name: string;
}

/** What is to be otherwise. */
export interface ChangeOrganization {
  name?: string | null;
  policy?: Policy | null;
}

/** Who takes over. */
export interface Transfer {
  user_id: string;
}

/** The members of an organization. */
export interface MemberList {
  items: Member[];
  next_cursor?: string | null;
}

/** A person in an organization. */
export interface Member {
  user_id: string;
  name: string;
  email: string;
  role: "admin" | "member" | "owner";
  created_at: string;
}

/** What somebody is in an organization. */
export interface MemberRole {
  role: "admin" | "member" | "owner";
}

/** Workspaces. */
export interface WorkspaceList {
  items: Workspace[];
  next_cursor?: string | null;
}

/** Where workflows live. */
export interface Workspace {
  id: string;
  organization_id: string;
  name: string;
  created_at: string;
  delete_after?: string | null;
}

/** The workspaces that there are for you. */
export interface WorkspaceEntries {
  items: WorkspaceEntry[];
  next_cursor?: string | null;
}

/** A workspace, and what you may do in it. */
export interface WorkspaceEntry {
  id: string;
  organization_id: string;
  name: string;
  role: "admin" | "read" | "write";
  created_at: string;
}

/** A workspace to be made. */
export interface NewWorkspace {
  name: string;
  organization_id: string;
}

/** What is to be otherwise. */
export interface ChangeWorkspace {
  name?: string | null;
  organization_id?: string | null;
}

/** Who may do what in a workspace; owners and admins of the organization may do everything, and are not listed. */
export interface GrantList {
  items: Grant[];
  next_cursor?: string | null;
}

/** A person's role in a workspace. */
export interface Grant {
  user_id: string;
  name: string;
  email: string;
  role: "admin" | "read" | "write";
  is_member: boolean;
  created_at: string;
}

/** What somebody may do. */
export interface GrantRole {
  role: "admin" | "read" | "write";
}

/** The invitations of an organization. */
export interface InvitationList {
  items: Invitation[];
  next_cursor?: string | null;
}

/** An offer to join, without the link. */
export interface Invitation {
  id: string;
  organization_id: string;
  email: string;
  role: "admin" | "member" | "owner";
  grants: AccountsInvitationsOffer[];
  invited_by: string;
  created_at: string;
  sent_at: string;
  expires_at: string;
  accepted_at?: string | null;
  revoked_at?: string | null;
}

/** A role in a workspace. */
export interface AccountsInvitationsOffer {
  workspace_id: string;
  role?: "admin" | "read" | "write";
}

/** Somebody to be invited. */
export interface NewInvitation {
  email: string;
  role?: "admin" | "member" | "owner";
  grants?: AccountsInvitationsOffer[];
}

/** An invitation that is on its way. */
export interface Sent {
  invitation: Invitation;
  link: string | null;
}

/** The token of an invitation's link. */
export interface Token {
  token: string;
}

/** An invitation that is open, as whoever holds the link sees it. */
export interface Found {
  id: string;
  organization_id: string;
  organization: string;
  email: string;
  role: "admin" | "member" | "owner";
  grants: AccountsInvitationsOffer[];
}

/** Part of the audit log, the newest first. */
export interface ActPage {
  items: Act[];
  next_cursor: string | null;
}

/** Something that was done. */
export interface Act {
  id: string;
  organization_id: string | null;
  workspace_id: string | null;
  actor_id: string | null;
  actor: string;
  key_id: string | null;
  action: string;
  thing: string;
  thing_id: string;
  address: string;
  before: unknown;
  after: unknown;
  created_at: string;
}

/** What the id names for you: one thing, or nothing. */
export interface AddressList {
  items: Address[];
  next_cursor?: string | null;
}

/** What an id names, and in which workspace it is. */
export interface Address {
  id: string;
  kind: "run" | "workflow";
  workspace_id: string;
}

/** Part of the list of people. */
export interface PersonPage {
  items: PersonEntry[];
  next_cursor: string | null;
}

/** A person with an account here. */
export interface PersonEntry {
  id: string;
  name: string;
  email: string;
  is_operator: boolean;
  is_disabled: boolean;
  is_leaving: boolean;
  has_second_factor: boolean;
}

/** Whether somebody is shut out. */
export interface ChangePerson {
  disabled: boolean;
}

/** Mail that was not sent: hand the links on yourself. */
export interface LetterList {
  items: Letter[];
  next_cursor?: string | null;
}

/** A mail that was not sent, as the operator sees it. */
export interface Letter {
  id: string;
  recipient: string;
  subject: string;
  text: string;
  created_at: string;
  error?: string | null;
}

/** The permission groups of an organization. */
export interface GroupList {
  items: Group[];
  next_cursor?: string | null;
}

/** A permission group. */
export interface Group {
  id: string;
  name: string;
  rules: Rules;
  people: string[];
  created_at: string;
}

/** What a permission group forbids; an empty one forbids nothing. */
export interface Rules {
  providers?: string[] | null;
  denied_models?: string[];
  integrations?: string[] | null;
  denied_tools?: string[];
  denied_surfaces?: string[];
}

/** A permission group as it shall be. */
export interface PutGroup {
  name: string;
  rules?: Rules;
  people?: string[];
}

/** What lets one connection to the realtime service in. */
export interface RealtimeTicket {
  ticket: string;
  expires_in: number;
  url: string;
}

/** Every comment, thread by thread. */
export interface CommentList {
  items: Comment[];
  unread?: string[];
  names: Record<string, string>;
}

/** One remark; the first of a thread carries the thread's id and its anchor. */
export interface Comment {
  id: string;
  thread_id: string;
  anchor: Anchor | null;
  body: string;
  mentions: string[];
  created_by: string;
  created_at: string;
  edited_at: string | null;
  resolved_at: string | null;
  resolved_by: string | null;
}

/** What a thread is about: a block, an edge or a spot on the canvas; none of them is the workflow as a whole. */
export interface Anchor {
  block_id?: string | null;
  edge_id?: string | null;
  x?: number | null;
  y?: number | null;
}

/** Something to say. */
export interface NewComment {
  body: string;
  mentions?: string[];
  anchor?: Anchor | null;
  thread_id?: string | null;
}

/** What is different about a comment. */
export interface CommentChange {
  body?: string | null;
  mentions?: string[];
  resolved?: boolean | null;
}

/** Who may open a workflow, and can be mentioned. */
export interface ColleagueList {
  items: Colleague[];
}

/** Somebody who may open a workflow. */
export interface Colleague {
  id: string;
  name: string;
  role: "admin" | "read" | "write";
}

/** Part of the history, in order. */
export interface HistoryPage {
  items: HistoryEntry[];
  seq: number;
  next_after: number | null;
  names: Record<string, string>;
}

/** One change of the past. */
export interface HistoryEntry {
  seq: number;
  at: string;
  actor: string;
  client_id: string;
  operation: AddBlocks | RemoveBlocks | MoveBlocks | ReparentBlocks | UpdateBlocks | UpdateValues | AddEdges | RemoveEdges | UpdateSubflow | AddVariables | RemoveVariables | UpdateVariable | UpdateWorkflow;
}

/** The document as it was. */
export interface PastDocument {
  seq: number;
  workflow: Workflow;
}

/** Which state to go back to. */
export interface Restore {
  to_seq: number;
  client_id?: string;
}

/** How the server is. */
export interface Health {
  status: string;
  version?: string;
  runs?: number;
}
