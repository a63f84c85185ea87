import { Refusal } from "../api/client";

/** What went wrong, in the server's words. */
export function Alert({ error }: { error: unknown }) {
  if (!error) return null;
  const problems = error instanceof Refusal ? (error.problem.problems ?? []) : [];
  return (
    <div className="card alert" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {problems.map((problem) => (
        <p key={problem.message}>{problem.message}</p>
      ))}
    </div>
  );
}
