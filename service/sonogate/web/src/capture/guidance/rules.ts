import type { Schemas } from "../../shared/api";

/** The limits of the policy, as the service says them. */
export type Rules = Schemas["GuidanceRules"];
