/** The one place that chooses how a document is kept. */

import type { WorkflowClient } from "../realtime/types";
import { openOverRest } from "./rest";

export const openWorkflow = (id: string): WorkflowClient => openOverRest(id);
