using System.Net;
using System.Text;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Signing;
using Counterfoil.Core.Verdicts;
using Counterfoil.Log;
using Counterfoil.Log.Http.Serving;
using Counterfoil.Log.Http.Witnessing;
using Counterfoil.Log.Notes;
using Counterfoil.Log.Storage;
using Counterfoil.Log.Witnesses;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Counterfoil.Tests.Log;

/// <summary>C2SP tlog-witness over HTTP, from both sides.</summary>
public sealed class WitnessHttpTests : IAsyncLifetime
{
    readonly Logbook book = new();
    readonly HttpClient http = new();
    readonly List<IAsyncDisposable> servers = [];
    TransparencyLog log = null!;

    public ValueTask InitializeAsync()
    {
        log = book.Open();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers) await server.DisposeAsync();
        await log.DisposeAsync();
        http.Dispose();
        book.Dispose();
    }

    static NoteSigner Signer(int i) => new($"witness.example/{i}", Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)(100 + i), 32).ToArray()), NoteSignatureType.Cosignature);

    string Memory(int i) => Path.Combine(book.Folder, $"witness-{i}");

    async Task<Uri> Serve(WitnessStore store)
    {
        var host = await LogHost.ServeWitnessAsync(store);
        servers.Add(host);
        return host.Address;
    }

    async Task<Uri> Serve(int i) => await Serve(new WitnessStore(Memory(i), [Signer(i)], [log.Key], TimeProvider.System));

    async Task Append(int i) => await log.AppendAsync(Logbook.Entry(7, i));

    async Task<AddCheckpoint> Request(long old) =>
        new(old, old == 0 ? [] : await log.ConsistencyAsync(old, log.Checkpoint.Checkpoint.Size), log.Checkpoint.Note);

    async Task<(int Status, string? Type, string Body)> Post(Uri witness, byte[] body)
    {
        using var response = await http.PostAsync(new Uri(witness, "add-checkpoint"), new ByteArrayContent(body));
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    string OriginHash => Sha256.Hash(Encoding.UTF8.GetBytes(log.Key.Name)).ToString();

    [Fact]
    public async Task A_witness_answers_as_the_specification_says()
    {
        var witness = await Serve(0);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(witness, $"{OriginHash}/checkpoint"))).StatusCode);
        await Append(0);
        var (status, type, body) = await Post(witness, (await Request(0)).ToBytes());
        Assert.Equal(200, status);
        Assert.True(SignedNote.Parse(Encoding.UTF8.GetBytes(log.Checkpoint.Checkpoint.Text + "\n" + body), out var note).IsAccepted);
        Assert.True(note!.Verify([Signer(0).Key]).IsAccepted);
        // What it cosigned last is there for monitors, with both signatures.
        var seen = await http.GetByteArrayAsync(new Uri(witness, $"{OriginHash}/checkpoint"));
        Assert.True(SignedCheckpoint.Verify(seen, [log.Key, Signer(0).Key], out var cosigned).IsAccepted);
        Assert.Equal(1, cosigned!.Checkpoint.Size);

        await Append(1);
        Assert.Equal((409, "text/x.tlog.size", "1\n"), await Post(witness, (await Request(0)).ToBytes()));
        Assert.Equal(422, (await Post(witness, ((await Request(1)) with { Path = [] }).ToBytes())).Status);
        Assert.Equal(200, (await Post(witness, (await Request(1)).ToBytes())).Status);
        Assert.Equal(200, (await Post(witness, (await Request(2)).ToBytes())).Status); // the same again
        Assert.Equal(400, (await Post(witness, ((await Request(0)) with { OldSize = 3 }).ToBytes())).Status);
        Assert.Equal(400, (await Post(witness, "old 0\n"u8.ToArray())).Status);
        Assert.Equal(400, (await Post(witness, new byte[WitnessEndpoint.MaxBodyBytes + 1])).Status);
        var stranger = new NoteSigner("stranger.example", Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]));
        Assert.Equal(404, (await Post(witness, new AddCheckpoint(0, [], SignedCheckpoint.Sign(new("stranger.example", 0, Core.Merkle.MerkleTree.EmptyRoot), stranger).Note).ToBytes())).Status);
        var impostor = new NoteSigner(log.Key.Name, Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]));
        Assert.Equal(403, (await Post(witness, new AddCheckpoint(2, [], SignedCheckpoint.Sign(log.Checkpoint.Checkpoint, impostor).Note).ToBytes())).Status);
        var fork = new Checkpoint(log.Key.Name, 2, Sha256.Hash([1]));
        Assert.Equal(422, (await Post(witness, new AddCheckpoint(2, [], SignedCheckpoint.Sign(fork, book.Signer).Note).ToBytes())).Status);
        string emptyTree = $"{log.Key.Name}\n0\n{Convert.ToBase64String(Sha256.Hash([1]).ToArray())}\n";
        Assert.Equal(422, (await Post(witness, new AddCheckpoint(0, [], new SignedNote(emptyTree, [book.Signer.Sign(emptyTree)]).ToBytes()).ToBytes())).Status);
    }

    [Fact]
    public async Task A_witness_remembers_after_a_restart_and_has_one_memory()
    {
        await Append(0);
        using (var store = new WitnessStore(Memory(1), [Signer(1)], [log.Key], TimeProvider.System))
        {
            await store.AddAsync((await Request(0)).ToBytes());
            Assert.Throws<IOException>(() => new WitnessStore(Memory(1), [Signer(1)], [log.Key], TimeProvider.System));
        }
        using (var again = new WitnessStore(Memory(1), [Signer(1)], [log.Key], TimeProvider.System))
        {
            var refused = Assert.IsType<WitnessAnswer.Refuse>((await again.AddAsync((await Request(0)).ToBytes())).Answer);
            Assert.Equal((409, 1L), (refused.Status, refused.LatestSize));
        }
        string file = Path.Combine(Memory(1), OriginHash);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^3]);
        Assert.Throws<InvalidDataException>(() => new WitnessStore(Memory(1), [Signer(1)], [log.Key], TimeProvider.System));
    }

    /// <summary>A disk that fails before, or after the file is in place.</summary>
    sealed class FailingFile(WholeFile file, bool after) : WholeFile
    {
        public bool Fails { get; set; } = true;

        public override byte[]? Read(string name) => file.Read(name);

        public override void Replace(string name, ReadOnlySpan<byte> bytes)
        {
            if (after || !Fails) file.Replace(name, bytes);
            if (Fails) throw new IOException("the disk failed");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_witness_could_not_write_down_it_did_not_cosign(bool after)
    {
        await Append(0);
        var first = await Request(0);
        var disk = new FailingFile(new DurableWholeFile(Memory(2)), after);
        using (var store = new WitnessStore(Memory(2), [Signer(2)], [log.Key], TimeProvider.System, disk))
            await Assert.ThrowsAsync<IOException>(() => store.AddAsync(first.ToBytes()));
        // Whichever way it failed, the next start knows what the disk knows, and vouches for one tree.
        using var again = new WitnessStore(Memory(2), [Signer(2)], [log.Key], TimeProvider.System);
        var fork = new AddCheckpoint(after ? 1 : 0, [], SignedCheckpoint.Sign(new(log.Key.Name, 1, Sha256.Hash([1])), book.Signer).Note);
        Assert.Equal(after, again.Latest(OriginHash) is not null);
        Assert.Equal(after, (await again.AddAsync(fork.ToBytes())).Answer is WitnessAnswer.Refuse);
    }

    /// <summary>A disk that takes its time.</summary>
    sealed class SlowFile(WholeFile file) : WholeFile
    {
        public SemaphoreSlim Writing { get; } = new(0);
        public ManualResetEventSlim LetGo { get; } = new();

        public override byte[]? Read(string name) => file.Read(name);

        public override void Replace(string name, ReadOnlySpan<byte> bytes)
        {
            Writing.Release();
            LetGo.Wait();
            file.Replace(name, bytes);
        }
    }

    [Fact]
    public async Task Strangers_do_not_wait_where_a_log_does_nor_keep_it_waiting()
    {
        await Append(0);
        var disk = new SlowFile(new DurableWholeFile(Memory(5)));
        using var store = new WitnessStore(Memory(5), [Signer(5)], [log.Key], TimeProvider.System, disk);
        var honest = Task.Run(async () => await store.AddAsync((await Request(0)).ToBytes()));
        await disk.Writing.WaitAsync(TestContext.Current.CancellationToken);
        // The log's turn is taken until the disk has written; who is not the log is answered meanwhile.
        var impostor = new NoteSigner(log.Key.Name, Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]));
        var forged = new AddCheckpoint(0, [], SignedCheckpoint.Sign(log.Checkpoint.Checkpoint, impostor).Note).ToBytes();
        foreach (var (body, status) in ((byte[], int)[])[(forged, 403), ([.. forged, 1], 400), ("old 0"u8.ToArray(), 400)])
        {
            var answer = await store.AddAsync(body, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal(status, Assert.IsType<WitnessAnswer.Refuse>(answer.Answer).Status);
        }
        Assert.False(honest.IsCompleted);
        disk.LetGo.Set();
        Assert.NotEmpty((await honest).Cosignatures);
    }

    [Fact]
    public async Task A_witness_that_changes_its_key_is_bound_by_what_it_cosigned_with_the_old_one()
    {
        await Append(0);
        using (var old = new WitnessStore(Memory(6), [Signer(6)], [log.Key], TimeProvider.System)) Assert.NotEmpty((await old.AddAsync((await Request(0)).ToBytes())).Cosignatures);
        using var now = new WitnessStore(Memory(6), [Signer(7)], [log.Key], TimeProvider.System);
        var fork = SignedCheckpoint.Sign(new(log.Key.Name, 1, Sha256.Hash([1])), book.Signer).Note;
        Assert.Equal(409, Assert.IsType<WitnessAnswer.Refuse>((await now.AddAsync(new AddCheckpoint(0, [], fork).ToBytes())).Answer).Status);
        Assert.Equal(422, Assert.IsType<WitnessAnswer.Refuse>((await now.AddAsync(new AddCheckpoint(1, [], fork).ToBytes())).Answer).Status);
        await Append(1);
        var (_, cosignatures) = await now.AddAsync((await Request(1)).ToBytes());
        Assert.Equal(Signer(7).Key.Id, Assert.Single(cosignatures).KeyId);
        Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(now.Latest(OriginHash)!.Note.Span, [log.Key, Signer(7).Key], out _));
        // What the log did not sign binds nobody: such a file is damage, whoever cosigned it.
        string file = Path.Combine(Memory(6), OriginHash);
        now.Dispose();
        var stranger = new NoteSigner(log.Key.Name, Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, new byte[32]));
        var forged = SignedCheckpoint.Sign(log.Checkpoint.Checkpoint, stranger);
        await File.WriteAllBytesAsync(file, forged.With(Signer(6).Cosign(forged.Checkpoint.Text, DateTimeOffset.UtcNow)).Note.ToArray(), TestContext.Current.CancellationToken);
        Assert.Throws<InvalidDataException>(() => new WitnessStore(Memory(6), [Signer(7)], [log.Key], TimeProvider.System));
    }

    [Fact]
    public async Task A_log_that_changes_its_key_goes_on_while_its_witness_knows_both()
    {
        var next = new NoteSigner(log.Key.Name, Core.Signing.Signer.FromSeed(SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)8, 32).ToArray()));
        async Task<AddCheckpoint> Signed(long old, NoteSigner by) => (await Request(old)) with { Note = SignedCheckpoint.Sign(log.Checkpoint.Checkpoint, by).Note };
        await Append(0);
        using (var store = new WitnessStore(Memory(8), [Signer(8)], [log.Key, next.Key], TimeProvider.System))
        {
            Assert.NotEmpty((await store.AddAsync((await Signed(0, book.Signer)).ToBytes())).Cosignatures);
            await Append(1);
            Assert.NotEmpty((await store.AddAsync((await Signed(1, next)).ToBytes())).Cosignatures);
            // Either key counts, and a line by either that does not verify refuses the note.
            string forged = log.Checkpoint.Checkpoint.Text;
            var both = new SignedNote(forged, [next.Sign(forged), book.Signer.Sign(forged) with { Bytes = new byte[64] }]);
            Assert.Equal(403, Assert.IsType<WitnessAnswer.Refuse>((await store.AddAsync(new AddCheckpoint(2, [], both.ToBytes()).ToBytes())).Answer).Status);
        }
        using var after = new WitnessStore(Memory(8), [Signer(8)], [next.Key], TimeProvider.System);
        Assert.Equal(403, Assert.IsType<WitnessAnswer.Refuse>((await after.AddAsync((await Signed(2, book.Signer)).ToBytes())).Answer).Status);
        Assert.NotEmpty((await after.AddAsync((await Signed(2, next)).ToBytes())).Cosignatures);
    }

    [Fact]
    public async Task A_log_that_was_restored_from_an_older_copy_is_not_gone_on_with_after_witnesses_saw_more()
    {
        var policy = Policy(1, await Serve(0));
        await Append(0);
        await Append(1);
        var witnessed = new WitnessedCheckpoints(log, policy, book.Folder, http, TimeProvider.System);
        Assert.True(await witnessed.RoundAsync());
        // The folder of the log as it was before, or as it might have been: the file of what was shown lies elsewhere.
        using var older = new Logbook();
        await using (var restored = older.Open())
        {
            await restored.AppendAsync(Logbook.Entry(7, 0));
            Assert.Throws<InvalidDataException>(() => new WitnessedCheckpoints(restored, policy, book.Folder, http, TimeProvider.System));
            await restored.AppendAsync(Logbook.Entry(9, 9)); // of the same size, and another
            Assert.Throws<InvalidDataException>(() => new WitnessedCheckpoints(restored, policy, book.Folder, http, TimeProvider.System));
        }
        Assert.Equal(2, new WitnessedCheckpoints(log, policy, book.Folder, http, TimeProvider.System).Shown!.Checkpoint.Size);
    }

    [Fact]
    public async Task Requests_that_race_never_take_a_witness_back()
    {
        using var store = new WitnessStore(Memory(3), [Signer(3)], [log.Key], TimeProvider.System);
        var requests = new List<AddCheckpoint>();
        for (int i = 0; i < 20; i++)
        {
            await Append(i);
            requests.Add(await Request(0));
        }
        var answers = await Task.WhenAll(requests.Select(r => Task.Run(() => store.AddAsync(r.ToBytes()))));
        Assert.Single(answers, a => !a.Cosignatures.IsEmpty); // all began from nothing: one was the first
        Assert.Equal(Assert.IsType<WitnessAnswer.Cosign>(answers.Single(a => !a.Cosignatures.IsEmpty).Answer).Latest, store.Latest(OriginHash)!.Checkpoint);
    }

    TrustPolicy Policy(int threshold, params Uri[] addresses)
    {
        string text = $"log {log.Key}\n" + string.Concat(addresses.Select((a, i) => $"witness W{i} {Signer(i).Key} {a}\n"))
            + $"group G {threshold} {string.Join(' ', addresses.Select((_, i) => $"W{i}"))}\nquorum G\n";
        Assert.Equal(Verdict.Accept, TrustPolicy.Parse(Encoding.UTF8.GetBytes(text), out var policy));
        return policy!;
    }

    async Task<Uri> Server(RequestDelegate answer)
    {
        var host = await LogHost.StartAsync(routes => routes.MapPost("/add-checkpoint", answer), 1 << 20, null);
        servers.Add(host);
        return host.Address;
    }

    [Fact]
    public async Task A_checkpoint_is_shown_once_a_quorum_has_cosigned_it_and_a_dead_witness_stops_nothing()
    {
        var dead = new Uri("http://127.0.0.1:1/");
        var silent = await Server(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        var trouble = new List<string>();
        var options = new WitnessingOptions { Timeout = TimeSpan.FromMilliseconds(1500), OnTrouble = (w, why) => { lock (trouble) trouble.Add(w.Name); } };
        var policy = Policy(2, await Serve(0), await Serve(1), dead, silent);
        var witnessed = new WitnessedCheckpoints(log, policy, book.Folder, http, TimeProvider.System, options);
        Assert.Null(witnessed.Shown);
        await Append(0);
        Assert.True(await witnessed.RoundAsync());
        Assert.Equal(Verdict.Accept, policy.Verify(witnessed.Shown!.Note.Span, DateTimeOffset.UtcNow, out _));
        // Evidence asks for exactly these lines, in the policy's order.
        Assert.Equal(Verdict.Accept, SignedCheckpoint.Verify(witnessed.Shown.Note.Span, [log.Key, Signer(0).Key, Signer(1).Key], out _));
        Assert.Equal(["W2", "W3"], trouble.Order().Distinct());

        // After a restart of the log's side, the witnesses say where they are.
        await Append(1);
        var again = new WitnessedCheckpoints(log, policy, book.Folder, http, TimeProvider.System, options);
        Assert.Equal(1, again.Shown!.Checkpoint.Size);
        Assert.True(await again.RoundAsync());
        Assert.Equal(2, again.Shown.Checkpoint.Size);

        // Without a quorum the log goes on, and what counts stays.
        await servers[1].DisposeAsync();
        await servers[2].DisposeAsync();
        await Append(2);
        Assert.False(await again.RoundAsync());
        Assert.Equal((3L, 2L), (log.Checkpoint.Checkpoint.Size, again.Shown.Checkpoint.Size));
    }

    [Fact]
    public async Task What_is_no_cosignature_of_this_checkpoint_is_not_taken_for_one()
    {
        await Append(0);
        var text = log.Checkpoint.Checkpoint.Text;
        var other = new Checkpoint(log.Key.Name, 1, Sha256.Hash([1]));
        async Task<Verdict> Answered(string body, int status = 200) => (await new WitnessClient(http, await Server(async http =>
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync(body);
        }), Signer(0).Key, TimeProvider.System).AskAsync(log.Checkpoint, new ServedTiles(log))).Verdict;
        static void Refused(Check check, Verdict verdict) => Assert.Equal(check, Assert.IsType<Verdict.Rejected>(verdict).Reason.Check);

        Assert.Equal(Verdict.Accept, await Answered(Signer(0).Cosign(text, DateTimeOffset.UtcNow).ToString()));
        Assert.Equal(Verdict.Accept, await Answered(Signer(1).Cosign(text, DateTimeOffset.UtcNow).ToString() + Signer(0).Cosign(text, DateTimeOffset.UtcNow))); // unknown keys are ignored
        Refused(LogChecks.NoteSignature, await Answered(Signer(0).Cosign(other.Text, DateTimeOffset.UtcNow).ToString())); // over another root
        Refused(LogChecks.NoteSigners, await Answered(Signer(1).Cosign(text, DateTimeOffset.UtcNow).ToString()));
        Refused(LogChecks.PolicyTime, await Answered(Signer(0).Cosign(text, DateTimeOffset.UtcNow.AddHours(1)).ToString()));
        Refused(LogChecks.PolicyTime, await Answered(Signer(0).Cosign(text, DateTimeOffset.UnixEpoch).ToString())); // no time at all
        Refused(LogChecks.NoteForm, await Answered(""));
        Refused(LogChecks.NoteSignatureLine, await Answered("<html>\n"));
        Refused(LogChecks.WitnessAnswer, await Answered("no", 500));
        Refused(LogChecks.WitnessAnswer, await Answered("-1\n", 409));
        Refused(LogChecks.WitnessOldSize, await Answered("99\n", 409)); // it says it cosigned more than there is
    }
}
