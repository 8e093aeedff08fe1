using System.Text;
using System.Text.Json.Nodes;
using Counterfoil.Chain.Following;
using Counterfoil.Chain.Rpc;
using Counterfoil.Chain.Sending;
using Counterfoil.Chain.Storage;
using Counterfoil.Chain.Tests.DevChain;
using Counterfoil.Evm;

namespace Counterfoil.Chain.Tests.Chain.Sending;

/// <summary>An outbox of the rich account, on a chain that mines when told, over an endpoint whose answers a test may change.</summary>
sealed class OutboxWorld : IAsyncDisposable
{
    public static readonly Address Someone = Address.FromWord(0xa11ce), Other = Address.FromWord(0xb0b);

    public ChainFixture Fixture { get; } = new(automine: false);
    public ChainDatabase Database { get; } = ChainDatabase.OpenSqlite(":memory:");
    public OutboxJournal Journal { get; }
    public ChainClient Honest { get; }
    public Outbox Outbox { get; }

    /// <summary>Answers in place of the chain where it does not return null.</summary>
    public Func<string, JsonNode, JsonNode?> Lie { get; set; } = (_, _) => null;

    public OutboxWorld(ulong depth = 3)
    {
        Honest = new ChainClient(new InProcessTransport("honest", Fixture.Rpc.Handle));
        Journal = new OutboxJournal(Database, Fixture.Chain.ChainId, Fixture.Key.Address);
        Outbox = Open(new InProcessTransport("devchain", Answer), depth);
    }

    public Outbox Open(IJsonRpcTransport transport, ulong depth = 3) => new(new ChainClient(transport), Fixture.Key, Journal, new OutboxOptions
    {
        ChainId = Fixture.Chain.ChainId, Bound = 16, Finality = new Finality { Depth = depth }, Interval = TimeSpan.Zero,
    });

    byte[] Answer(ReadOnlyMemory<byte> request)
    {
        var asked = JsonNode.Parse(request.Span)!;
        if (Lie(asked["method"]!.GetValue<string>(), asked["params"]!) is not { } lie) return Fixture.Rpc.Handle(request);
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = asked["id"]!.DeepClone() };
        if (lie is JsonObject { Count: 1 } error && error.ContainsKey("error")) answer["error"] = error["error"]!.DeepClone();
        else answer["result"] = lie is JsonValue text && text.TryGetValue(out string? word) && word == "null" ? null : lie;
        return Encoding.UTF8.GetBytes(answer.ToJsonString());
    }

    public static JsonNode Refusal(string words) => new JsonObject { ["error"] = new JsonObject { ["code"] = -32000, ["message"] = words } };

    public static SendIntent Pay(string key, Address to, ulong wei) => new(key, to, default, wei, 21_000);

    public void Mine(int blocks = 1)
    {
        for (int i = 0; i < blocks; i++)
        {
            Fixture.Clock.Advance(TimeSpan.FromSeconds(12));
            Fixture.Chain.Mine();
        }
    }

    /// <summary>Steps and mines until everything has ended.</summary>
    public async Task FinishAsync(int most = 60)
    {
        while (await Outbox.StepAsync() > 0)
        {
            Assert.True(most-- > 0, "a submission does not end");
            Mine();
        }
    }

    public async Task<SubmissionState> StateAsync(string key) => (await Journal.FindAsync(key))!.State;

    public async ValueTask DisposeAsync()
    {
        Outbox.Dispose();
        await Database.DisposeAsync();
        Fixture.Dispose();
    }
}
