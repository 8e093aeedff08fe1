using System.Security.Cryptography;
using System.Text;
using Counterfoil.Chain.Contracts;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;
using Counterfoil.Log;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Node.Chain.Storage;

namespace Counterfoil.Cli.Fsck;

/// <summary>The parts of a home: the folder itself, its keys, and each store.</summary>
static class HomeCheck
{
    const string Serving = "log-serving", Witness = "witness", Chains = "chains";

    public static async Task RunAsync(string path, List<CheckedPart> parts, CheckProgress progress, CancellationToken cancel)
    {
        var verdict = HomeFolder.OpenToRead(path, [KeyStore.Schema, TransparencyLog.Schema, ChainStore.Schema], out var home);
        parts.Add(CheckedPart.Of("home", path, verdict, home is null ? "" : string.Join(", ", home.Manifest.Stores.Select(s => $"{s.Key} {s.Value}"))));
        if (home is null) return;
        using (home)
        {
            var stores = home.Manifest.Stores.Keys.ToList();
            IReadOnlyList<KeyEntry> keys = [];
            if (stores.Contains(KeyStore.Schema.Name))
                parts.Add(await CheckedPart.RunAsync("keys", home.FolderOf(KeyStore.Schema.Name), HomeChecks.KeyFormat, () => Task.FromResult(Keys(home, out keys))));
            foreach (string store in stores)
            {
                string folder = home.FolderOf(store);
                if (!Directory.Exists(folder)) continue; // a store begins with its first file
                switch (store)
                {
                    case "keys": break;
                    case "log":
                        await FolderSearch.LogAsync(folder, keys.FirstOrDefault(k => k.Name == "log")?.PublicKey, Path.Combine(home.FolderOf(Serving), "checkpoint.witnessed"), parts, progress, cancel);
                        break;
                    case Serving: parts.Add(await CheckedPart.RunAsync("tokens", folder, FsckChecks.Tokens, () => Task.FromResult(Tokens(folder)))); break;
                    case Witness: parts.Add(await CheckedPart.RunAsync("witness", folder, FsckChecks.Witness, () => Task.FromResult(WitnessMemory(folder, keys)))); break;
                    case "chain": parts.Add(await CheckedPart.RunAsync("chain", folder, FsckChecks.Chain, () => Task.FromResult(Chain(folder)))); break;
                    case Chains:
                        foreach (string book in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
                            parts.Add(await CheckedPart.RunAsync("contracts", book, FsckChecks.Readable, async () => CheckedPart.Of("contracts", book, AddressBook.Decode(await File.ReadAllBytesAsync(book, cancel), out _), "")));
                        await FolderSearch.RunAsync(folder, parts, progress, cancel);
                        break;
                    default:
                        int before = parts.Count;
                        await FolderSearch.RunAsync(folder, parts, progress, cancel);
                        if (parts.Count == before) parts.Add(CheckedPart.Of("store", folder, Verdict.CannotTell(FsckChecks.Known, $"a program that knows the store '{store}'"), ""));
                        break;
                }
            }
        }
    }

    /// <summary>Opens every key: what is sealed is what it was sealed as.</summary>
    static CheckedPart Keys(HomeFolder home, out IReadOnlyList<KeyEntry> entries)
    {
        entries = [];
        string folder = home.FolderOf(KeyStore.Schema.Name);
        if (!Directory.Exists(folder)) return CheckedPart.Of("keys", folder, Verdict.Accept, "none yet");
        using var random = RandomNumberGenerator.Create();
        var verdict = KeyStore.Open(home, Environment.GetEnvironmentVariable("COUNTERFOIL_PASSPHRASE"), random, out var keys);
        if (!verdict.IsAccepted) return CheckedPart.Of("keys", folder, verdict, "");
        using (keys)
        {
            verdict = keys!.List(out entries);
            foreach (var entry in entries)
            {
                if (!verdict.IsAccepted) break;
                if (entry.Kind == KeyKind.Secret32)
                {
                    verdict = keys.OpenSecret(entry.Name, out var secret);
                    secret?.Dispose();
                }
                else
                {
                    verdict = keys.OpenSigner(entry.Name, out var signer);
                    signer?.Dispose();
                }
            }
            return CheckedPart.Of("keys", folder, verdict, string.Join(", ", entries.Select(e => e.Name)));
        }
    }

    static CheckedPart Tokens(string folder)
    {
        string file = Path.Combine(folder, "writer-token");
        if (!File.Exists(file)) return CheckedPart.Of("tokens", folder, Verdict.Accept, "none yet");
        var verdict = PrivateFiles.Read(file, 1 << 16, FsckChecks.Tokens, out var bytes);
        if (!verdict.IsAccepted) return CheckedPart.Of("tokens", file, verdict, "");
        var tokens = Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return CheckedPart.Of("tokens", file, tokens.Length > 0 && tokens.All(WriterTokens.IsToken) ? Verdict.Accept : Verdict.Reject(FsckChecks.Tokens, "a token of at least 32 characters a line", "another line"), $"{tokens.Length}");
    }

    /// <summary>A witness's memory. The log's own signature is not checked, for its key is told to <c>log witness</c>; the witness checked it before it cosigned the same text.</summary>
    static CheckedPart WitnessMemory(string folder, IReadOnlyList<KeyEntry> keys)
    {
        var own = keys.FirstOrDefault(k => k.Name == "witness")?.PublicKey;
        int logs = 0;
        foreach (string file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(file);
            if (name.Length != 64 || !Sha256Digest.TryParse(name, out var origin)) continue; // the lock, and what a crash left of a file to come
            logs++;
            var verdict = SignedNote.Parse(File.ReadAllBytes(file), out var note).Then(() => Checkpoint.Parse(note!.Text, out var checkpoint).Then(() => Sha256.Hash(Encoding.UTF8.GetBytes(checkpoint!.Origin)) == origin
                ? Verdict.Accept : Verdict.Reject(FsckChecks.Witness, $"the checkpoint of the log whose origin has the digest {origin}", checkpoint.Origin)));
            if (verdict.IsAccepted && own is null) verdict = Verdict.CannotTell(FsckChecks.Witness, "the witness's key");
            if (verdict.IsAccepted) verdict = Cosigned(note!, own!);
            if (!verdict.IsAccepted) return CheckedPart.Of("witness", file, verdict, "");
        }
        return CheckedPart.Of("witness", folder, Verdict.Accept, logs == 1 ? "1 log" : $"{logs} logs");
    }

    static Verdict Cosigned(SignedNote note, Core.Signing.PublicKey own)
    {
        foreach (var line in note.Signatures)
            if (new VerifierKey(line.KeyName, own, NoteSignatureType.Cosignature) is var key && key.Id == line.KeyId) return note.VerifyFrom(key);
        return Verdict.Reject(FsckChecks.Witness, "a cosignature by the witness's key", string.Join(", ", note.Signatures.Select(s => $"{s.KeyName}+{s.KeyId:x8}")));
    }

    static CheckedPart Chain(string folder) =>
        ChainStore.Inspect(folder, TimeProvider.System) is { } chain ? CheckedPart.Of("chain", folder, Verdict.Accept, $"block {chain.Head.Number}, 0x{chain.Head.Hash}") : CheckedPart.Of("chain", folder, Verdict.Accept, "none yet");
}
