using System.Buffers.Binary;
using System.Diagnostics;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Home;

namespace Counterfoil.Prover;

/// <summary>Accounts in files of one folder, one a root, which survive crashes and refuse to be turned back.</summary>
/// <remarks>
/// <para>An account is replaced as a whole before an opening counts as taken: temporary file, fsync, rename, fsync of the folder. A crash anywhere leaves the old account, with the opening
/// not given out, or the new one, with the opening lost.</para>
/// <para><b>What is detected.</b> The account names the inode and the birth time of the file that holds it, so an older copy, put back beside or over the present file or into another folder, names another file
/// and is refused for ever (<see cref="ProverChecks.BudgetRecord"/>): a restored backup counts as spent. So is a damaged account. <b>What is not</b>: a whole file system or virtual machine turned back to an
/// earlier state, and a file system that gives an old copy the inode and birth time of the present one. Whoever restores such an image must delete the accounts, or the model's secret, first.</para>
/// <para>Replicas each have an account of their own, split off by <see cref="Split"/>: their openings are disjoint. Processes that share a folder take turns: whoever reads or replaces an account holds
/// the operating system's lock on <c>budget.lock</c>, which ends with its process.</para>
/// </remarks>
public sealed class FileProofBudget : IProofBudget
{
    // Domain, root, openings left, whether the proof of equality is left, generation, inode, birth time; then a digest of all that.
    const int Body = 8 + 32 + 4 + 4 + 8 + 8 + 8, Size = Body + 32;

    // A turn takes as long as a few fsyncs: who has not had one after this long is behind a process that hangs.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly string folder;
    readonly Action<string> step;
    readonly Lock gate = new();

    /// <summary>The accounts in a folder, which is created, its owner's alone, if it is missing.</summary>
    public FileProofBudget(string folder) : this(folder, static _ => { }) { }

    /// <summary>As above; tests stop it after a named step.</summary>
    internal FileProofBudget(string folder, Action<string> step)
    {
        PrivateFiles.CreateFolder(folder);
        (this.folder, this.step) = (folder, step);
    }

    /// <inheritdoc/>
    public void Create(Keccak256Digest root, int proofs, bool equality = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(proofs);
        lock (gate)
        {
            using var turn = Turn();
            if (File.Exists(PathOf(root))) throw new InvalidOperationException($"{root} has an account");
            Write(root, new Account(proofs, equality, 0));
        }
    }

    /// <inheritdoc/>
    public Verdict Take(Keccak256Digest root, Opening opening)
    {
        lock (gate)
        {
            using var turn = Turn();
            var verdict = Read(root, out var account);
            if (!verdict.IsAccepted) return verdict;
            if (opening == Opening.Equality ? !account.Equality : account.Proofs == 0) return MemoryProofBudget.Spent(root, opening);
            Write(root, opening == Opening.Equality ? account with { Equality = false } : account with { Proofs = account.Proofs - 1 });
            return Verdict.Accept;
        }
    }

    /// <summary>Gives some of a root's openings to a replica, whose accounts are in a folder of their own. They are taken here before they appear there.</summary>
    public Verdict Split(Keccak256Digest root, FileProofBudget replica, int proofs)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(proofs);
        lock (gate)
        {
            using var turn = Turn();
            if (File.Exists(replica.PathOf(root))) throw new InvalidOperationException($"{root} has an account in {replica.folder}");
            var verdict = Read(root, out var account);
            if (!verdict.IsAccepted) return verdict;
            if (account.Proofs < proofs) return MemoryProofBudget.Spent(root, Opening.Inference);
            Write(root, account with { Proofs = account.Proofs - proofs });
            replica.Write(root, new Account(proofs, false, 0));
            return Verdict.Accept;
        }
    }

    /// <summary>How many proofs of inference are left to a root. By the time the answer is read, another may have taken one.</summary>
    /// <param name="root">The root.</param>
    /// <param name="proofs">Their number, 0 unless accepted.</param>
    public Verdict Look(Keccak256Digest root, out int proofs)
    {
        lock (gate)
        {
            using var turn = Turn();
            var verdict = Read(root, out var account);
            proofs = verdict.IsAccepted ? account.Proofs : 0;
            return verdict;
        }
    }

    FileStream Turn()
    {
        string path = Path.Combine(folder, "budget.lock");
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        for (long start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException) when (File.Exists(path) && Stopwatch.GetElapsedTime(start) < Patience)
            {
                Thread.Sleep(2);
            }
        }
    }

    readonly record struct Account(int Proofs, bool Equality, long Generation);

    string PathOf(Keccak256Digest root) => Path.Combine(folder, $"{root}.budget");

    void Write(Keccak256Digest root, Account account)
    {
        string path = PathOf(root), temporary = path + PrivateFiles.TemporarySuffix;
        File.Delete(temporary); // left by a crash
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            var bytes = new byte[Size];
            Encode(root, account with { Generation = account.Generation + 1 }, FileIdentity.Of(temporary), bytes);
            file.Write(bytes);
            step("written");
            file.Flush(flushToDisk: true);
        }
        step("flushed");
        File.Move(temporary, path, overwrite: true);
        step("renamed");
        PrivateFiles.SyncFolder(folder);
        step("synced");
    }

    Verdict Read(Keccak256Digest root, out Account account)
    {
        account = default;
        string path = PathOf(root);
        if (!File.Exists(path)) return Verdict.Reject(ProverChecks.BudgetRecord, $"an account of {root}", "none");
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length != Size) return Verdict.Reject(ProverChecks.BudgetRecord, $"{Size} bytes in {path}", $"{bytes.Length}");
        account = new Account(
            BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(40)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(44)) == 1, BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(48)));
        var expected = new byte[Size];
        Encode(root, account, FileIdentity.Of(path), expected);
        if (bytes.AsSpan().SequenceEqual(expected)) return Verdict.Accept;
        bool moved = bytes.AsSpan(0, 56).SequenceEqual(expected.AsSpan(0, 56)) && Keccak256.Hash(bytes.AsSpan(0, Body)).ToArray().AsSpan().SequenceEqual(bytes.AsSpan(Body));
        return Verdict.Reject(ProverChecks.BudgetRecord, "an account of this root in the file it was written to", moved ? "a copy, which counts as spent" : "a damaged account");
    }

    static void Encode(Keccak256Digest root, Account account, FileIdentity identity, Span<byte> bytes)
    {
        Domains.ProofBudget.CopyTo(bytes);
        root.CopyTo(bytes[8..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes[40..], account.Proofs);
        BinaryPrimitives.WriteInt32BigEndian(bytes[44..], account.Equality ? 1 : 0);
        BinaryPrimitives.WriteInt64BigEndian(bytes[48..], account.Generation);
        BinaryPrimitives.WriteInt64BigEndian(bytes[56..], identity.Inode);
        BinaryPrimitives.WriteInt64BigEndian(bytes[64..], identity.Born);
        Keccak256.Hash(bytes[..Body]).CopyTo(bytes[Body..]);
    }
}
