import { useState, type SyntheticEvent } from "react";
import { useLogin } from "@/api/session";
import { messageOf } from "@/api/problems";
import { Button } from "@/components/button";
import { Field, TextInput } from "@/components/field";
import { Panel } from "@/components/panel";

/** A service that is open to others asks for its token, once for each browser. */
export function LoginPage() {
  const [token, setToken] = useState("");
  const login = useLogin();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    login.mutate(token);
  };
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 p-4">
      <h1 className="text-3xl font-bold">Augmentoolkit</h1>
      <Panel title="This service asks for its token" lead="Whoever started it has set it as ATK_TOKEN.">
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label="Token" error={login.error && messageOf(login.error)}>
            {(ties) => (
              <TextInput {...ties} type="password" autoComplete="current-password" required value={token} onChange={(event) => setToken(event.target.value)} />
            )}
          </Field>
          <Button type="submit" variant="primary" busy={login.isPending}>
            Sign in
          </Button>
        </form>
      </Panel>
    </main>
  );
}
