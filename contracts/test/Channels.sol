// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {BatchSettlement} from "../src/BatchSettlement.sol";
import {ChannelTypes} from "../src/ChannelTypes.sol";
import {ERC3009DepositCollector} from "../src/ERC3009DepositCollector.sol";
import {Permit2DepositCollector} from "../src/Permit2DepositCollector.sol";
import {TestDollar} from "../src/TestDollar.sol";
import {Permit2ForTests} from "./Permit2ForTests.sol";
import {Test} from "./Test.sol";

/// @notice Payers with money and keys, a receiver with its authorizer, and channels between them.
abstract contract Channels is Test {
    uint256 internal constant AUTHORIZER = 0xa07;
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    address internal constant RECEIVER = address(0x7ece17e7);
    address internal constant RELAY = address(0x7e1a4);
    uint256 internal constant START = 1_800_000_000;
    uint40 internal constant DELAY = 900;
    uint256 internal constant NEVER = type(uint256).max;

    TestDollar internal dollar;
    Permit2ForTests internal permit2;
    BatchSettlement internal settlement;
    ERC3009DepositCollector internal byAuthorization;
    Permit2DepositCollector internal byPermit2;
    uint256 internal salt;

    function setUp() public virtual {
        vm.warp(START);
        dollar = new TestDollar();
        permit2 = new Permit2ForTests();
        settlement = new BatchSettlement();
        byAuthorization = new ERC3009DepositCollector(address(settlement));
        byPermit2 = new Permit2DepositCollector(address(settlement), address(permit2));
    }

    /// @dev The key of payer number i, which signs its vouchers too.
    function key(uint256 i) internal pure returns (uint256) {
        return 0xca5e + i;
    }

    function payer(uint256 i) internal pure returns (address) {
        return vm.addr(key(i));
    }

    function configOf(uint256 i) internal view virtual returns (ChannelTypes.ChannelConfig memory) {
        return ChannelTypes.ChannelConfig(payer(i), payer(i), RECEIVER, vm.addr(AUTHORIZER), address(dollar), DELAY, bytes32(i));
    }

    /// @dev A channel of payer i that has `amount`.
    function funded(uint256 i, uint128 amount) internal returns (ChannelTypes.ChannelConfig memory config, bytes32 id) {
        config = configOf(i);
        id = settlement.getChannelId(config);
        deposit(config, i, amount);
    }

    function deposit(ChannelTypes.ChannelConfig memory config, uint256 i, uint128 amount) internal {
        dollar.mint(payer(i), amount);
        bytes memory data = authorization(config, i, amount, ++salt);
        vm.prank(RELAY);
        settlement.deposit(config, amount, address(byAuthorization), data);
    }

    /// @dev Collector data of an EIP-3009 deposit that payer i signed.
    function authorization(ChannelTypes.ChannelConfig memory config, uint256 i, uint256 amount, uint256 salt_)
        internal
        view
        returns (bytes memory)
    {
        bytes32 nonce = keccak256(abi.encode(settlement.getChannelId(config), salt_));
        bytes32 structHash = keccak256(
            abi.encode(
                dollar.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(), payer(i), address(byAuthorization), amount, 0, NEVER, nonce
            )
        );
        return abi.encode(0, NEVER, salt_, signed(key(i), digest(dollar.DOMAIN_SEPARATOR(), structHash)));
    }

    /// @dev Signature of payer i over a Permit2 transfer to the Permit2 collector, for the channel `id`.
    function permitted(bytes32 id, uint256 i, address token, uint256 amount, uint256 nonce, uint256 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,DepositWitness witness)DepositWitness(bytes32 channelId)TokenPermissions(address token,uint256 amount)"
                ),
                keccak256(abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), token, amount)),
                address(byPermit2),
                nonce,
                deadline,
                keccak256(abi.encode(keccak256("DepositWitness(bytes32 channelId)"), id))
            )
        );
        return signed(key(i), digest(permit2.DOMAIN_SEPARATOR(), structHash));
    }

    function digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @dev A claim on payer i's voucher for `maximum`, of which `total` is taken.
    function claimOf(ChannelTypes.ChannelConfig memory config, uint256 i, uint128 maximum, uint128 total)
        internal
        view
        returns (ChannelTypes.VoucherClaim memory)
    {
        bytes memory signature = signed(key(i), settlement.getVoucherDigest(settlement.getChannelId(config), maximum));
        return ChannelTypes.VoucherClaim(ChannelTypes.Voucher(config, maximum), signature, total);
    }

    function only(ChannelTypes.VoucherClaim memory claim) internal pure returns (ChannelTypes.VoucherClaim[] memory claims) {
        claims = new ChannelTypes.VoucherClaim[](1);
        claims[0] = claim;
    }

    function claimed(ChannelTypes.ChannelConfig memory config, uint256 i, uint128 total) internal {
        ChannelTypes.VoucherClaim[] memory claims = only(claimOf(config, i, total, total));
        vm.prank(RECEIVER);
        settlement.claim(claims);
    }

    function assertChannel(bytes32 id, uint256 balance, uint256 totalClaimed) internal view {
        (uint128 actualBalance, uint128 actualClaimed) = settlement.channels(id);
        vm.assertEq(actualBalance, balance, "channel balance");
        vm.assertEq(actualClaimed, totalClaimed, "channel claimed");
    }

    function assertDollars(address account, uint256 amount) internal view {
        vm.assertEq(dollar.balanceOf(account), amount, "dollars");
    }
}
